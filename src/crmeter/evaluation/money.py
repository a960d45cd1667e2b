"""How large a finding is in money: the change times what it multiplies, both as measured, or why that cannot be said.

The range is that of the change and, where it has one, of what it is multiplied by. What a customer is worth is taken as
it is now; nobody knows what else a change brings about, so no money is told of what has no price in the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Plain = Mapping[str, Any]
WORTH = ("clv.profit", "clv.revenue", "revenue_per_customer")  # of one customer: the first that is known


@dataclass(frozen=True)
class Factor:
    """What a change is multiplied by: the ``part`` (value, denominator) of the first of ``kpis`` that has one; without
    KPIs, of the finding's own."""

    kpis: tuple[str, ...] = ()
    part: str = "value"


OWN = Factor(part="denominator")
CUSTOMER = Factor(WORTH)
BASKET, DEAL = Factor(("average_order_value",)), Factor(("average_deal_value",))
#: KPI or measure → what its change is multiplied by; nothing where it is money already.
PRICED: Mapping[str, tuple[Factor, ...]] = {
    "churn_rate.cohort": (OWN, CUSTOMER),
    "churn_rate.exposed": (OWN, CUSTOMER),
    "retention_rate.cohort": (OWN, CUSTOMER),
    "acquisition_rate": (OWN, CUSTOMER),
    "customers.new": (CUSTOMER,),
    "customers.lost": (CUSTOMER,),
    "customers.returned": (CUSTOMER,),
    "revenue_churn": (OWN,),
    "net_revenue_retention": (OWN,),
    "recurring_revenue": (),
    "revenue": (),
    "orders": (BASKET,),
    "refund_rate": (OWN,),
    "average_order_value": (Factor(("orders",)),),
    "revenue_per_customer": (OWN,),
    "repeat_purchase_rate": (OWN, BASKET),
    "clv.profit": (Factor(("customers.new",)),),
    "clv.revenue": (Factor(("customers.new",)),),
    "cac": (Factor(("customers.new",)),),
    "won_value": (),
    "deals_won": (DEAL,),
    "deals_lost": (DEAL,),
    "win_rate": (OWN, DEAL),
    "average_deal_value": (Factor(("deals_won",)),),
    "lead_conversion": (OWN, CUSTOMER),
    "pipeline_value": (),
    "marketing_spend": (),
    "cost_per_lead": (OWN,),
    "campaign_roi": (OWN,),
}


def money_of(told: Plain, comparison: str, kpis: Mapping[str, Plain], currency: str) -> dict[str, Any]:
    """What a finding comes to in money: ``amount`` with ``low`` and ``high`` where the change has an interval; above 0
    what the company gains, below what it loses. ``times`` is what the change was multiplied by. Without an amount
    ``reason`` says why."""
    found = told["comparisons"].get(comparison) or {}
    change = found.get("change")
    factors = PRICED.get(told["kpi"], PRICED.get(told["kpi"].partition(".")[0]))
    if factors is None or change is None:
        return _none("no_price" if factors is None else "no_change")
    times = [_known(factor, told, kpis) for factor in factors]
    if None in times:
        return _none("unknown_factor")
    known = [each for each in times if each]
    sign = -1.0 if told["better"] == "down" else 1.0
    ends = [change, change]
    if found.get("low") is not None and found.get("high") is not None:
        ends = [found["low"], found["high"]]
    amount, ranged = sign * change, ends != [change, change]
    bounds = sorted(sign * end for end in ends)
    for each in known:
        amount *= each["value"]
        low, high = each["low"], each["high"]
        reach = (each["value"], each["value"]) if low is None or high is None else (low, high)
        made = [bound * end for bound in bounds for end in reach]
        bounds = [min(made), max(made)]
    return {
        "amount": amount,
        "low": bounds[0] if ranged else None,
        "high": bounds[1] if ranged else None,
        "currency": currency,
        "times": known,
        "per": _per(told["kpi"]),
        "reason": None,
    }


def _per(kpi: str) -> str:
    """What the amount is of: a month, where a KPI counts what comes in a month; the moment; else the period."""
    if kpi.partition(".")[0] in ("recurring_revenue", "revenue_churn"):
        return "month"
    return "moment" if kpi == "pipeline_value" else "period"


def _none(reason: str) -> dict[str, Any]:
    return {"amount": None, "low": None, "high": None, "currency": None, "times": [], "per": None, "reason": reason}


def _known(factor: Factor, told: Plain, kpis: Mapping[str, Plain]) -> dict[str, Any] | None:
    """A factor as measured; None where it is undefined."""
    for each in [kpis[id] for id in factor.kpis if id in kpis] if factor.kpis else [told]:
        value = each["value"]
        number = value.get(factor.part)
        if number is not None:
            whole = factor.part == "value"
            return {"kpi": each["kpi"], "part": factor.part, "value": number,
                    "low": value["low"] if whole else None, "high": value["high"] if whole else None}  # fmt: skip
    return None
