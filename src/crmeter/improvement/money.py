"""What an effect is worth: the same comparison on the revenue, times the margin. Nothing is assumed of a lifetime.

The registered method is run once more with the revenue as its outcome, so that the money has an interval of its own. A
method that reads the KPI of all as one series says nothing of the revenue unless the KPI is the revenue.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmeter.analysis import effects
from crmeter.analysis.effects.designs import Counted, Design
from crmeter.analysis.effects.verification import Verification
from crmeter.kernel.errors import UserError
from crmeter.kpis.catalogue import Catalogue
from crmeter.kpis.value.gross_margin import MARGIN_PARTS
from crmeter.metrics.customers import by_customer
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

REVENUE = "revenue"


def worth(found: Verification, warehouse: Warehouse, rules: Rules, catalogue: Catalogue) -> dict[str, Any]:
    """The gross profit that the effect brought in its window with its bounds, or ``reason`` why that cannot be said."""
    design = found.design
    if found.effect.estimate is None or found.effect.refusals:
        return {"reason": "no_effect"}
    if design.kpi == REVENUE:
        of_revenue = found
    elif design.unit is Counted.SERIES:
        return {"reason": "not_of_this_kpi"}
    else:
        again = replace(design, kpi=REVENUE, minimum_effect=1.0, better=None, registered_on=None)
        try:
            of_revenue = effects.verify(warehouse, rules, again, catalogue)
        except UserError:
            return {"reason": "revenue_unknown"}
    if of_revenue.total is None or of_revenue.effect.refusals:
        return {"reason": "revenue_unknown"}
    margin = margin_of(design, warehouse, rules)
    if margin is None:
        return {"reason": "no_margin"}
    amount, low, high = (part * margin for part in of_revenue.total)
    return {
        "amount": amount,
        "low": min(low, high),
        "high": max(low, high),
        "margin": margin,
        "currency": rules.currency,
        "beyond_noise": not low <= 0 <= high,
        "reason": None,
    }


def margin_of(design: Design, warehouse: Warehouse, rules: Rules) -> float | None:
    """The stated gross margin, else that of all sales of the window whose cost is known; None where no cost is."""
    if rules.gross_margin is not None:
        return rules.gross_margin
    sold = by_customer(warehouse, rules, design.after, list(MARGIN_PARTS)).values()
    amount, cost = (sum(parts[place] for parts in sold) for place in (0, 1))
    return 1 - cost / amount if amount > 0 else None
