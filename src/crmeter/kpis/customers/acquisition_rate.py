"""Acquisition rate: how much of the customer base is new."""

from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import cell

acquisition_rate_end = Kpi(
    id="acquisition_rate.end",
    formula=CustomerRatio(cell("new"), cell("customers_end"), n=cell("customers_end"), has_interval=False),
    unit=Unit.SHARE,
    better=Better.UP,
    history=History.NEW,
    example=Example({"new": 200, "customers_end": 1100}, 200 / 1100),
)
acquisition_rate_start = Kpi(
    id="acquisition_rate.start",
    formula=CustomerRatio(cell("new"), cell("customers_start"), n=cell("customers_start"), has_interval=False),
    unit=Unit.SHARE,
    better=Better.UP,
    history=History.NEW,
    example=Example({"new": 200, "customers_start": 1000}, 0.2),
)
acquisition_rate_exposed = Kpi(
    id="acquisition_rate.exposed",
    formula=Share(cell("new"), cell("exposed")),
    unit=Unit.SHARE,
    better=Better.UP,
    history=History.NEW,
    example=Example({"new": 200, "exposed": 1200}, 200 / 1200),
)
KPIS = (acquisition_rate_end, acquisition_rate_start, acquisition_rate_exposed)
