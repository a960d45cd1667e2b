"""First response time: how long a request waits for a person."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean, Quantile
from crmeter.metrics.measures import Ranked, Total

HOURS = Total("opened", "first_response_hours")


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
KPIS = (first_response_hours_median, first_response_hours_p90, first_response_hours_mean)
