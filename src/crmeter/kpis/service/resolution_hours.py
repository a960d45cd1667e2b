"""Resolution time: how long it takes until a request is settled."""

from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.metrics.averages import Mean, Quantile
from crmeter.metrics.measures import Ranked, Total

HOURS = Total("resolved", "resolution_hours")
BUSINESS_HOURS = Total("resolved_in_hours", "resolution_business_hours")
HOLIDAYS_UNKNOWN = (Reason.HOLIDAYS_UNKNOWN, Total("resolved_in_hours", "holidays_unknown"))


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


def business_quantile(variant: str, q: float) -> Kpi:
    """The same on the clock of business hours."""
    return Kpi(
        id=f"resolution_hours.{variant}",
        formula=Quantile(Ranked("resolved_in_hours", "resolution_business_hours", q), BUSINESS_HOURS),
        unit=Unit.HOURS,
        better=Better.DOWN,
        beside=(HOLIDAYS_UNKNOWN,),
        example=Example({"resolution_business_hours": 6.5, "#resolution_business_hours": 9}, 6.5),
    )


resolution_hours_business_median = business_quantile("business_median", 0.5)
resolution_hours_business_mean = Kpi(
    id="resolution_hours.business_mean",
    formula=Mean(BUSINESS_HOURS),
    unit=Unit.HOURS,
    better=Better.DOWN,
    beside=(HOLIDAYS_UNKNOWN,),
    example=Example({"resolution_business_hours": 1200, "#resolution_business_hours": 100}, 12),
)
resolution_hours_business_p90 = business_quantile("business_p90", 0.9)
KPIS = (
    resolution_hours_median,
    resolution_hours_mean,
    resolution_hours_p90,
    resolution_hours_business_median,
    resolution_hours_business_mean,
    resolution_hours_business_p90,
)
