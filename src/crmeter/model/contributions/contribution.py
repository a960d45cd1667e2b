"""What a contribution to customer cells is: rows of customers with numbers, summed by customer and period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crmeter.kernel.expressions import ir
from crmeter.model.populations.population import Horizon, Tables


@dataclass(frozen=True)
class Contribution:
    """Part of a cell: ``rows`` gives (member, cell_group, period, … ``columns``), summed by customer and period.

    ``table`` is the canonical table whose attributes the rows have; ``coverage`` names the days there are rows for,
    after which they go on counting where they are ``lasting``. ``by_customer`` gives the same sums of each customer in
    fewer rows, without attributes of their own.
    """

    name: str
    table: str
    coverage: str
    needs: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Callable[[Tables, Horizon], ir.Table]
    lasting: bool = False
    by_customer: Callable[[Tables, Horizon], ir.Table] | None = None


def identified(rows: ir.Table, tables: Tables) -> ir.Table:
    """``rows`` with the number of their customer and the number of the customer's group, those of others left out."""
    member = tables["member"]
    return rows.join(member, rows.customer_id == member.member_id)
