"""What customers said when they left: the reasons noted with the contracts that ended their time as customers."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.analysis.churn.known import known_before
from crmeter.analysis.churn.lifetimes import Lifetimes
from crmeter.kernel.expressions import ibis
from crmeter.model.identity import as_survivor
from crmeter.stats.intervals import wilson
from crmeter.warehouse.duck import Warehouse


@dataclass(frozen=True)
class Reason:
    """One reason: of those who gave any, how many gave it."""

    reason: str
    customers: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Stated:
    """All who left with a contract, how many of them gave a reason, and the reasons, the most frequent first."""

    lost: int
    told: int
    reasons: tuple[Reason, ...]


def stated(warehouse: Warehouse, found: Lifetimes) -> Stated:
    """The reasons of the spells that ended with a contract. One that ended because another took its place is none."""
    known = known_before(warehouse.tables, found.as_of)
    contracts = as_survivor(known["subscription"], known)
    contracts = contracts.filter(contracts.ended_on.notnull())
    ends = contracts.group_by("customer_id", "ended_on").agg(reason=contracts.end_reason.max())
    rows = warehouse.rows(ends.select("customer_id", "ended_on", ibis._.reason))
    at = {(customer, day): reason for customer, day, reason in rows}
    keys = zip(found.customers, found.ended.tolist(), strict=True)
    noted = [at[key] for key in keys if key[1] is not None and key in at]
    counts: dict[str, int] = {}
    for reason in noted:
        if reason is not None:
            counts[reason] = counts.get(reason, 0) + 1
    told = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Stated(
        len(noted), told, tuple(Reason(name, n, n / told, *(wilson(n, told) or (0.0, 1.0))) for name, n in ordered)
    )
