"""Counts of customers: who is one at the start and at the end, and who came and went between."""

from crmeter.metrics import Better, Example, History, Kpi, Unit
from crmeter.metrics.formulas import CustomerSum
from crmeter.metrics.measures import cell


def customer_count(variant: str, column: str, better: Better, history: History) -> Kpi:
    """One of the counts; a count is exact however small."""
    return Kpi(
        id=f"customers.{variant}",
        formula=CustomerSum(cell(column)),
        unit=Unit.COUNT,
        better=better,
        history=history,
        minimum_sample=0,
        example=Example({column: 1100}, 1100),
    )


customers_end = customer_count("end", "customers_end", Better.UP, History.ANY)
customers_start = customer_count("start", "customers_start", Better.NONE, History.ANY)
customers_new = customer_count("new", "new", Better.UP, History.NEW)
customers_returned = customer_count("returned", "returned", Better.UP, History.LOSS)
customers_ended = customer_count("ended", "ended", Better.NONE, History.LOSS)
customers_lost = customer_count("lost", "lost", Better.DOWN, History.LOSS)
customers_kept = customer_count("kept", "kept", Better.UP, History.LOSS)
KPIS = (
    customers_end,
    customers_start,
    customers_new,
    customers_returned,
    customers_ended,
    customers_lost,
    customers_kept,
)
