"""Resolution time: how long it takes until a request is settled."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean, Quantile
from crmeter.metrics.measures import Ranked, Total

HOURS = Total("resolved", "resolution_hours")


def quantile(variant: str, q: float) -> Kpi:
    """A quantile over the cases resolved."""
    return Kpi(
        id=f"resolution_hours.{variant}",
        formula=Quantile(Ranked("resolved", "resolution_hours", q), HOURS),
        unit=Unit.HOURS,
        better=Better.DOWN,
        example=Example({"resolution_hours": 20, "#resolution_hours": 9}, 20),
    )


resolution_hours_median = quantile("median", 0.5)
resolution_hours_mean = Kpi(
    id="resolution_hours.mean",
    formula=Mean(HOURS),
    unit=Unit.HOURS,
    better=Better.DOWN,
    example=Example({"resolution_hours": 2600, "#resolution_hours": 100}, 26),
)
resolution_hours_p90 = quantile("p90", 0.9)
KPIS = (resolution_hours_median, resolution_hours_mean, resolution_hours_p90)
