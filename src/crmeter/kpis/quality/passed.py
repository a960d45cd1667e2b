"""Checks passed ÷ checks: every row was checked, so that nothing of it is left to chance."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Total
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class Passed:
    """Checks passed ÷ checks, of one kind of rules."""

    kind: str
    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return Total("checks", f"passed_{self.kind}"), Total("checks", f"checks_{self.kind}")

    def estimate(self, view: View) -> Estimate:
        passed, checks = (view(measure) for measure in self.measures)  # type: ignore[arg-type]
        if not checks:
            return Estimate.undefined(Reason.NO_DENOMINATOR, passed, checks, checks)
        return Estimate(passed / checks, passed, checks, checks)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The change, without noise."""
        new, old = self.estimate(now), self.estimate(base)
        return None if new.value is None or old.value is None else Difference(new.value - old.value)

    def words(self) -> str:
        passed, checks = (measure.words for measure in self.measures)  # type: ignore[union-attr]
        return f"{passed} ÷ {checks}"


def passed(kind: str, *, ok: int, of: int) -> Kpi:
    """The KPI of one kind of rules, with the numbers of its example."""
    return Kpi(
        id=kind,
        formula=Passed(kind),
        unit=Unit.SHARE,
        better=Better.UP,
        minimum_sample=0,
        shared_dimensions=("table", "rule", "severity"),
        example=Example({f"passed_{kind}": ok, f"checks_{kind}": of}, ok / of),
    )
