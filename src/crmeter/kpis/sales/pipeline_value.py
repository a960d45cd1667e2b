"""Pipeline value: what the opportunities open at the end are worth."""

from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.metrics.measures import Total
from crmeter.metrics.stocks import StockSum

pipeline_value = Kpi(
    id="pipeline_value",
    formula=StockSum(
        Total("open_deals", "open_amount"),
        n=Total("open_deals", "open_deals"),
        valued=Total("open_deals", "open_deals_priced"),
    ),
    unit=Unit.MONEY,
    better=Better.UP,
    minimum_sample=0,
    left_out=Total("open_deals", "foreign_amounts"),
    beside=((Reason.ABOUT, Total("open_deals", "open_deals_without_amount")),),
    example=Example({"open_amount": 480_000, "open_deals": 40, "open_deals_priced": 36}, 480_000),
)
KPIS = (pipeline_value,)
