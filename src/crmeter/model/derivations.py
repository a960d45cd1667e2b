"""Derived tables that populations read: worked out once when data is loaded, in this order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from crmeter.kernel.expressions import ir
from crmeter.model import campaigns, usage
from crmeter.model.rules import Rules


@dataclass(frozen=True)
class Derivation:
    """A table ``derived.<name>``: its columns with their SQL types, and the rows.

    ``by_customer``: whether the rows of a customer are made of the orders, contracts and spells of that one alone, and
    of other tables."""

    name: str
    columns: Mapping[str, str]
    rows: Callable[[Mapping[str, ir.Table], Rules, date], ir.Table]
    by_customer: bool = False


DERIVATIONS = {
    d.name: d
    for d in (
        Derivation(
            "touched",
            {
                **dict.fromkeys(("touch_id", "campaign_id", "person", "customer_id", "lead_id"), "VARCHAR"),
                "at": "TIMESTAMP",
                "on": "DATE",
                **dict.fromkeys(("kind", "arm"), "VARCHAR"),
                **dict.fromkeys(("is_control", "reaches"), "BOOLEAN"),
            },
            campaigns.touched,
        ),
        Derivation(
            "reach",
            {
                **dict.fromkeys(("campaign_id", "person", "customer_id", "lead_id", "arm"), "VARCHAR"),
                "is_control": "BOOLEAN",
                **dict.fromkeys(("assigned_on", "reached_on", "responded_on", "converted_on"), "DATE"),
                "nameless": "BOOLEAN",
                "treated_per_control": "DOUBLE",
            },
            campaigns.reach,
        ),
        Derivation(
            "credit",
            {"order_id": "VARCHAR", "campaign_id": "VARCHAR", "last": "BIGINT", "first": "BIGINT", "even": "DOUBLE"},
            campaigns.credit,
        ),
        Derivation(
            "trial",
            {
                **dict.fromkeys(("order_id", "campaign_id"), "VARCHAR"),
                "assigned_on": "DATE",
                "is_control": "BOOLEAN",
                "weight": "DOUBLE",
            },
            campaigns.trial,
        ),
        Derivation("origin", {"customer_id": "VARCHAR", "campaign_id": "VARCHAR"}, campaigns.origin, by_customer=True),
        Derivation(
            "action_day",
            {"user_id": "VARCHAR", "on": "DATE", "feature": "VARCHAR", "actions": "BIGINT"},
            usage.action_days,
        ),
    )
}
