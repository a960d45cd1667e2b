"""CAC payback: after how many months a customer has brought back what it cost to win one."""

from crmeter.kpis.value.lifetime import AcquisitionCost, Payback
from crmeter.metrics import Better, Example, History, Kpi, Reason, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.measures import Total, cell

cac_payback_months = Kpi(
    id="cac_payback_months",
    formula=Payback(
        AcquisitionCost(Total("spend", "spent"), cell("new")),
        CustomerRatio(cell("customer_years"), cell("revenue"), n=cell("exposed"), has_interval=False),
    ),
    unit=Unit.MONTHS,
    better=Better.DOWN,
    history=History.NEW,
    left_out=cell("foreign_amounts"),
    beside=((Reason.OTHER_CURRENCY, Total("spend", "foreign_amounts")),),
    shared_dimensions=("channel",),
    allocates=True,
    example=Example(
        {
            "spent": 200_000,
            "new": 200,
            "revenue": 120_000,
            "customer_years": 25,
            "costed_amount": 1000,
            "cost_of_sales": 500,
        },
        5,
    ),
)
KPIS = (cac_payback_months,)
