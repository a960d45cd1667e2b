"""How long customers have been customers: one entry for each spell, in months, and whether it has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.churn.known import known_before, spells_before
from crmeter.analysis.churn.levels import Levels, grouped
from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.expressions import ir
from crmeter.metrics.dimensions import Filter
from crmeter.model.identity import as_survivor
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
CONTRACT, PURCHASE = "contract", "purchase"
RELATIONSHIPS = (CONTRACT, PURCHASE)
_SHORTEST = 0.01  # months; who came yesterday has been there for less than a day


@dataclass(frozen=True)
class Lifetimes:
    """Spells, in the order of customers. ``ended`` is NaT while a spell runs. ``contract``: the spell began with one.

    Seen from ``since`` (None: from the first day) up to, but not including, ``as_of``. A spell that had ended before
    ``since`` is not among them.
    """

    customers: tuple[str, ...]
    started: Days
    ended: Days
    contract: Bools
    attributes: Mapping[str, tuple[str | None, ...]]
    as_of: date
    since: date | None = None

    def __len__(self) -> int:
        return len(self.customers)

    @cached_property
    def observed(self) -> Bools:
        """Which have ended."""
        return np.asarray(~np.isnat(self.ended))

    @cached_property
    def observable(self) -> Floats:
        """For how many months each could have been seen, ended or not: up to the last day known."""
        last = np.full(len(self), np.datetime64(self.as_of - timedelta(days=1)))
        return np.maximum(months(self.started, last), _SHORTEST)

    @cached_property
    def lasted(self) -> Floats:
        """Months to the end, or to the last day known."""
        until = np.where(self.observed, self.ended, np.datetime64("1970-01-01"))
        return np.where(self.observed, months(self.started, until), self.observable)

    @cached_property
    def entry(self) -> Floats:
        """The tenure at which each came into sight; below any tenure for those who came since."""
        found = np.full(len(self), -1.0)
        if self.since is not None:
            before = np.datetime64(self.since - timedelta(days=1))  # an end on the first day is still seen
            there = self.started < before
            found[there] = months(self.started[there], np.full(int(there.sum()), before))
        return found

    def relationships(self) -> list[str]:
        """contract, purchase, or both: those there are."""
        kinds = {CONTRACT: bool(self.contract.any()), PURCHASE: bool((~self.contract).any())}
        return [name for name, there in kinds.items() if there]

    def of(self, relationship: str) -> Lifetimes:
        """Those that began with a contract, or with a purchase."""
        return self.pick(self.contract == (relationship == CONTRACT))

    def pick(self, which: Bools) -> Lifetimes:
        """Some of them."""
        places = np.flatnonzero(which).tolist()
        return Lifetimes(
            tuple(self.customers[i] for i in places),
            self.started[which],
            self.ended[which],
            self.contract[which],
            {name: tuple(values[i] for i in places) for name, values in self.attributes.items()},
            self.as_of,
            self.since,
        )

    def levels(self, name: str) -> Levels:
        """The members of a dimension, rare ones together."""
        return grouped(self.attributes[name])


def lifetimes(
    warehouse: Warehouse,
    rules: Rules,
    as_of: date,
    *,
    since: date | None = None,
    by: Sequence[str] = (),
    filters: Sequence[Filter] = (),
    returned: bool = False,
) -> Lifetimes:
    """The first spell of every customer whom ``filters`` leave, or the later ones where ``returned``, known on
    ``as_of``."""
    spell = spells_before(warehouse, rules, as_of)
    spell = spell.filter((spell.number > 1) if returned else (spell.number == 1))
    contracts = _contract_starts(known_before(warehouse.tables, as_of))
    found = spell.left_join(
        contracts, [spell.customer_id == contracts.contract_of, spell.started_on == contracts.contract_on]
    )
    who = customers_chosen(warehouse, rules, filters, by)
    who = who.rename(member_id="customer_id")
    found = found.inner_join(who, found.customer_id == who.member_id)
    names = [f"by_{name}" for name in by]
    found = found.select("customer_id", "started_on", "ended_on", "number", "contract_of", *names)
    found = found.order_by("customer_id", "number")
    rows = warehouse.rows(found)
    columns = list(zip(*rows, strict=True)) if rows else [()] * (5 + len(by))
    started = np.array(columns[1], dtype="datetime64[D]")
    ended = np.array(columns[2], dtype="datetime64[D]")
    every = Lifetimes(
        tuple(columns[0]),
        started,
        ended,
        np.array([contract is not None for contract in columns[4]], dtype=bool),
        {name: tuple(column) for name, column in zip(by, columns[5:], strict=True)},
        as_of,
        since,
    )
    return every if since is None else every.pick(np.isnat(ended) | (ended >= np.datetime64(since)))


def _contract_starts(known: Mapping[str, ir.Table]) -> ir.Table:
    contracts = as_survivor(known["subscription"], known)
    return contracts.select(contract_of=contracts.customer_id, contract_on=contracts.started_on).distinct()


def months(start: Days, end: Days) -> Floats:
    """Calendar months from ``start`` to ``end``: whole ones, and the part of the one begun.

    A month ends on the day of the same number, or on the last of a shorter month. So what ends with a month of a
    contract has lasted a whole number of months, however long they were.

    >>> [float(m) for m in months(np.array(["2025-01-31"], "M8[D]"), np.array(["2025-04-30"], "M8[D]"))]
    [3.0]
    """
    first = start.astype("datetime64[M]")
    day = start - first.astype("datetime64[D]")
    whole = (end.astype("datetime64[M]") - first).astype(np.int64)
    whole -= _months_on(first, day, whole) > end
    anchor, following = _months_on(first, day, whole), _months_on(first, day, whole + 1)
    part = (end - anchor).astype(np.int64) / (following - anchor).astype(np.int64)
    return np.asarray(whole + part, dtype=float)


def _months_on(first: Days, day: NDArray[np.timedelta64], count: NDArray[np.int64]) -> Days:
    """The day ``count`` months after the one that lies ``day`` days after the ``first`` of its month."""
    month = first + count
    last = (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.asarray(np.minimum(month.astype("datetime64[D]") + day, last))
