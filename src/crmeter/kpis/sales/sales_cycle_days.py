"""Sales cycle: how long it takes from the first contact to a deal won."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.averages import Mean, Quantile
from crmeter.metrics.measures import Ranked, Total

DAYS = Total("closed", "cycle_days")
sales_cycle_days_median = Kpi(
    id="sales_cycle_days.median",
    formula=Quantile(Ranked("closed", "cycle_days", 0.5), DAYS),
    unit=Unit.DAYS,
    better=Better.DOWN,
    example=Example({"cycle_days": 57, "#cycle_days": 9}, 57),
)
sales_cycle_days_mean = Kpi(
    id="sales_cycle_days.mean",
    formula=Mean(DAYS),
    unit=Unit.DAYS,
    better=Better.DOWN,
    example=Example({"cycle_days": 5200, "#cycle_days": 100}, 52),
)
KPIS = (sales_cycle_days_median, sales_cycle_days_mean)
