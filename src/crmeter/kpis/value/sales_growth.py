"""Sales growth: revenue against the period before, and against the same period last year."""

from crmeter.metrics import Better, Example, Kpi, Unit
from crmeter.metrics.clustered import Growth
from crmeter.metrics.measures import Window, cell


def growth(variant: str, window: Window) -> Kpi:
    """Revenue ÷ revenue of an earlier window − 1."""
    return Kpi(
        id=f"sales_growth.{variant}",
        formula=Growth(cell("revenue"), window, n=cell("buyers")),
        unit=Unit.SHARE,
        better=Better.UP,
        left_out=cell("foreign_amounts"),
        example=Example({"revenue": 115_000, f"revenue@{window}": 100_000}, 0.15),
    )


sales_growth_previous = growth("previous", Window.PREVIOUS)
sales_growth_year = growth("year", Window.YEAR_BEFORE)
KPIS = (sales_growth_previous, sales_growth_year)
