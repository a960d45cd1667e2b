"""First response time: how long a request waits for a person."""

from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.metrics.averages import Mean, Quantile
from crmeter.metrics.measures import Ranked, Total

HOURS = Total("opened", "first_response_hours")
BUSINESS_HOURS = Total("opened_in_hours", "first_response_business_hours")
HOLIDAYS_UNKNOWN = (Reason.HOLIDAYS_UNKNOWN, Total("opened_in_hours", "holidays_unknown"))


def quantile(variant: str, q: float) -> Kpi:
    """A quantile over all cases opened; one without a response is longer than any."""
    return Kpi(
        id=f"first_response_hours.{variant}",
        formula=Quantile(Ranked("opened", "first_response_hours", q, missing_last=True), HOURS),
        unit=Unit.HOURS,
        better=Better.DOWN,
        example=Example({"first_response_hours": 2, "*": 9}, 2),
    )


first_response_hours_median = quantile("median", 0.5)
first_response_hours_p90 = quantile("p90", 0.9)
first_response_hours_mean = Kpi(
    id="first_response_hours.mean",
    formula=Mean(HOURS),
    unit=Unit.HOURS,
    better=Better.DOWN,
    example=Example({"first_response_hours": 300, "#first_response_hours": 100}, 3),
)


def business_quantile(variant: str, q: float) -> Kpi:
    """The same on the clock of business hours."""
    ranked = Ranked("opened_in_hours", "first_response_business_hours", q, missing_last=True)
    return Kpi(
        id=f"first_response_hours.{variant}",
        formula=Quantile(ranked, BUSINESS_HOURS),
        unit=Unit.HOURS,
        better=Better.DOWN,
        beside=(HOLIDAYS_UNKNOWN,),
        example=Example({"first_response_business_hours": 1.5, "*": 9}, 1.5),
    )


first_response_hours_business_median = business_quantile("business_median", 0.5)
first_response_hours_business_p90 = business_quantile("business_p90", 0.9)
first_response_hours_business_mean = Kpi(
    id="first_response_hours.business_mean",
    formula=Mean(BUSINESS_HOURS),
    unit=Unit.HOURS,
    better=Better.DOWN,
    beside=(HOLIDAYS_UNKNOWN,),
    example=Example({"first_response_business_hours": 200, "#first_response_business_hours": 100}, 2),
)
KPIS = (
    first_response_hours_median,
    first_response_hours_p90,
    first_response_hours_mean,
    first_response_hours_business_median,
    first_response_hours_business_p90,
    first_response_hours_business_mean,
)
