"""Freshness: hours from the newest event of each source to the data horizon."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Total
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class Behind:
    """Σ hours ÷ sources that have any event: of one source its own hours. Nothing of it is left to chance."""

    hours: Total
    dated: Total
    sources: Total
    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Total, ...]:
        return self.hours, self.dated, self.sources

    def estimate(self, view: View) -> Estimate:
        hours, dated = view(self.hours), view(self.dated)
        if not dated:
            return Estimate.undefined(Reason.NO_DATA, n=dated)
        return Estimate(hours / dated, n=dated)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The change, without noise."""
        new, old = self.estimate(now), self.estimate(base)
        return None if new.value is None or old.value is None else Difference(new.value - old.value)

    def words(self) -> str:
        return self.hours.words


freshness_hours = Kpi(
    id="freshness_hours",
    formula=Behind(*(Total("arrivals", column) for column in ("hours_behind", "sources_with_events", "sources"))),
    unit=Unit.HOURS,
    better=Better.DOWN,
    minimum_sample=0,
    always_by=("source",),
    shared_dimensions=("source",),
    example=Example({"hours_behind": 30, "sources_with_events": 1}, 30),
)
KPIS = (freshness_hours,)
