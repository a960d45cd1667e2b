"""Actions per day: how much is done in the CRM on a day on which somebody works with it."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total, squared
from crmeter.stats import differences, intervals
from crmeter.stats.differences import Difference

ACTIONS, DAYS = Total("licences", "actions"), Total("licences", "active_days")
ADOPTERS, PRODUCTS = Total("licences", "adopters"), Total("licences", "actions_by_days")


@dataclass(frozen=True)
class PerActiveDay:
    """Σ actions ÷ Σ active days over users. Days of one user are alike: the error is that between users (Student's)."""

    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (ACTIONS, DAYS, ADOPTERS, PRODUCTS, squared(ACTIONS), squared(DAYS))

    def estimate(self, view: View) -> Estimate:
        actions, days, users = (view(measure) for measure in (ACTIONS, DAYS, ADOPTERS))
        if not days:
            return Estimate.undefined(Reason.NO_DENOMINATOR, actions, days, users)
        low, high = intervals.around(actions / days, self._error(view), df=users - 1) or (None, None)
        return Estimate(actions / days, actions, days, users, low, high)

    def _error(self, view: View) -> float | None:
        found = intervals.clustered_ratio(
            view(ADOPTERS), view(DAYS), view(ACTIONS), view(squared(DAYS)), view(PRODUCTS), view(squared(ACTIONS))
        )
        return found[1] if found else None

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        return differences.estimates(new.value, self._error(now), old.value, self._error(base))

    def words(self) -> str:
        return f"{ACTIONS.words} ÷ {DAYS.words}"


actions_per_day = Kpi(
    id="actions_per_day",
    formula=PerActiveDay(),
    unit=Unit.RATIO,
    better=Better.UP,
    shared_dimensions=("role", "team"),
    example=Example({"actions": 900, "active_days": 150, "adopters": 45}, 6),
)
KPIS = (actions_per_day,)
