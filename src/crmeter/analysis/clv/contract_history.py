"""From contracts to renewals: how long each stretch of contracts ran, and what those that run are worth a month.

A stretch is unbroken cover by contracts, as for spells (gaps up to ``contract_gap_days`` close, a merged customer
counts as its survivor, a deleted one not at all). Its age is counted in months from its first day. A renewal is due
after every ``renewal_months``: the longest of 12, 6, 3 and 1 months before which next to nobody has ever left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.money import priced, with_rate
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.model.spells import contract_cover, merged
from crmeter.stats.clv.histories import Numbers
from crmeter.warehouse.duck import Warehouse

TERMS = (12, 6, 3, 1)
EARLY = 0.02  # of those who left, who may have done so before the first renewal
NEAR = 0.1  # of a month, by which a contract may miss the day of its renewal
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Contracts:
    """Stretches of contracts before ``end``, the first day that is not looked at."""

    end: date
    customer_id: NDArray[np.object_]
    started_on: Days
    ended_on: Days  # the first day not covered; on or after ``end`` where the stretch runs
    renewal_months: int

    def __len__(self) -> int:
        return len(self.customer_id)

    def runs(self, on: date | None = None) -> NDArray[np.bool_]:
        """Which stretches cover the day before ``on`` (before the end)."""
        day = np.datetime64(on or self.end)
        return np.asarray((self.started_on < day) & (self.ended_on >= day))

    def months(self, on: date | None = None) -> Numbers:
        """The age of each stretch in months: up to ``on``, or to its end where that came before."""
        return months_between(self.started_on, np.minimum(self.ended_on, np.datetime64(on or self.end)))

    def passed(self, months: Numbers) -> NDArray[np.int64]:
        """How many renewals a stretch of so many months has passed."""
        return np.floor((months + NEAR) / self.renewal_months).astype(np.int64)

    def counts(self, on: date | None = None) -> tuple[Numbers, Numbers]:
        """What is known at ``on``: how many left at the first renewal, the second and so on, and how many have passed
        each and not come to the next."""
        day = np.datetime64(on or self.end)
        begun, months = self.started_on < day, self.months(on)
        left = begun & (self.ended_on < day)
        at = np.maximum(np.ceil((months[left] - NEAR) / self.renewal_months), 1).astype(np.int64)
        stay = self.passed(months[begun & ~left])
        most = int(max(at.max(initial=1), stay.max(initial=1)))
        return (
            np.bincount(at, minlength=most + 1)[1:].astype(np.float64),
            np.bincount(stay, minlength=most + 1)[1:].astype(np.float64),
        )


def months_between(first: Days, last: Days) -> Numbers:
    """Months from one day to another: whole ones where the day of the month is the same.

    >>> months_between(np.array(["2025-01-31"], "M8[D]"), np.array(["2025-04-30"], "M8[D]")).round(2).tolist()
    [2.97]
    """
    whole = (last.astype("M8[M]") - first.astype("M8[M]")).astype(np.float64)
    days = [(day - day.astype("M8[M]").astype("M8[D]")).astype(np.float64) for day in (first, last)]
    months: Numbers = whole + (days[1] - days[0]) / 31
    return months


def contracts(warehouse: Warehouse, rules: Rules, end: date) -> Contracts:
    """All stretches that began before ``end``."""
    cover = merged(contract_cover(warehouse.tables, end), gap_days=rules.contract_gap_days)
    found = warehouse.columns(cover.order_by("customer_id", "started_on"))
    started, ended = (found[name].astype("M8[D]") for name in ("started_on", "ended_on"))
    gone = ended < np.datetime64(end)
    return Contracts(end, found["customer_id"], started, ended, _term(months_between(started[gone], ended[gone])))


def _term(months: Numbers) -> int:
    """The months between renewals, from the ages at which stretches ended."""
    if not len(months):
        return 1
    return next(term for term in TERMS if term == 1 or (months < term - NEAR).mean() <= EARLY)


def monthly_amounts(warehouse: Warehouse, rules: Rules, end: date) -> dict[str, float]:
    """What the contracts running at ``end`` bring a month, by customer; amounts without a rate are left out."""
    tables = warehouse.tables
    rows = as_survivor(tables["subscription"], tables)
    rows = rows.filter(rows.started_on < end, rows.ended_on.isnull() | (rows.ended_on >= end))
    rows = rows.mutate(day=(ibis.literal(end) - ibis.interval(days=1)).cast("date"))
    priced_rows: Any = with_rate(rows, rows.day, tables, Horizon(rules.currency, end))
    amount: ir.FloatingValue = priced(priced_rows, priced_rows.monthly_amount).cast("float64").sum().coalesce(0.0)
    return dict(warehouse.rows(priced_rows.group_by("customer_id").agg(amount=amount)))
