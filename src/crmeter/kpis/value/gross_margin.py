"""Gross margin: what is left of the revenue after the cost of what was sold, where a lifetime value asks for it."""

from __future__ import annotations

from crmeter.metrics.formulas import View
from crmeter.metrics.measures import cell

MARGIN_PARTS = (cell("costed_amount"), cell("cost_of_sales"))
NOTATION = "(1 − Σ cost_of_sales ÷ Σ costed_amount)"


def gross_margin(view: View) -> float | None:
    """The stated margin, else 1 − cost ÷ amount of the sales whose cost is known; None where no cost is."""
    if view.rules.gross_margin is not None:
        return view.rules.gross_margin
    amount, cost = (view(part) for part in MARGIN_PARTS)
    return 1 - cost / amount if amount else None
