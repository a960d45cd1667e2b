"""CLV to CAC: how many times over a customer brings back what it cost to win one."""

from crmeter.kpis.value.lifetime import AcquisitionCost, BareLifetimeRevenue, LifetimeProfit, LifetimeToCost
from crmeter.metrics import Better, Example, History, Kpi, Reason, Unit
from crmeter.metrics.measures import Total, cell

clv_to_cac = Kpi(
    id="clv_to_cac",
    formula=LifetimeToCost(
        LifetimeProfit(BareLifetimeRevenue()), AcquisitionCost(Total("spend", "spent"), cell("new"))
    ),
    unit=Unit.RATIO,
    better=Better.UP,
    history=History.LOSS,
    left_out=cell("foreign_amounts"),
    beside=((Reason.OTHER_CURRENCY, Total("spend", "foreign_amounts")),),
    shared_dimensions=("channel",),
    allocates=True,
    example=Example(
        {
            "net_sales": 50_000,
            "sale_amount": 50_000,
            "sales": 10,
            "purchases": 10,
            "customer_years": 5,
            "customers_start@year_to_end": 100,
            "lost@year_to_end": 20,
            "costed_amount": 1000,
            "cost_of_sales": 700,
            "spent": 1_000_000,
            "new": 200,
        },
        3,
    ),
)
KPIS = (clv_to_cac,)
