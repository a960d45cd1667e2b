"""Dimensions: what values can be split and filtered by.

A bare name is the attribute of the KPI's base table, or the customer's where that table has none of the name;
``customer.name`` is always the customer's. ``customer.cohort`` is the month of the first spell, ``customer.campaign``
the campaign that brought the customer, ``customer.tier`` the tier by revenue so far, ``customer.rfm`` the group by how
lately, how often and for how much the customer bought. ``campaign.name`` is an attribute of the campaign that a row
names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.expressions import ir
from crmeter.kernel.messages import joined, t
from crmeter.metrics.kpi import Kpi, base_table
from crmeter.metrics.measures import CELLS
from crmeter.model.populations import POPULATIONS
from crmeter.model.table import Kind
from crmeter.model.tables import BY_NAME

ATTRIBUTES = (Kind.TEXT, Kind.CHOICE, Kind.REF, Kind.INTEGER, Kind.FLAG, Kind.CURRENCY)
COHORT = "cohort"
CAMPAIGN = "campaign"
TIER = "tier"
RFM = "rfm"
DERIVED = (COHORT, CAMPAIGN, TIER, RFM)  # of the customer, in no column of its table
_HIDDEN = ("merged_into",)


@dataclass(frozen=True)
class Dimension:
    """An attribute under the name the user gave; ``own`` are the populations whose rows have it themselves, for the
    others it is the customer's. Two names of one attribute are the same dimension."""

    name: str = field(compare=False)
    column: str
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Condition:
    """A filter: the attribute is (``among``) or is not one of the values; None stands for no value."""

    dimension: Dimension
    values: tuple[str | None, ...]
    among: bool = True


@dataclass(frozen=True)
class Filter:
    """A filter as the user wrote it, before it is known which table its attribute belongs to."""

    name: str
    values: tuple[str | None, ...]
    among: bool = True

    def __str__(self) -> str:
        shown = ", ".join("null" if v is None else "'" + v.replace("'", "''") + "'" for v in self.values)
        return f"{self.name} {'in' if self.among else 'not in'} ({shown})"


_VALUE = r"(?:'(?:[^']|'')*'|[^\s,()'=!]+)"
_COMPARISON = re.compile(
    rf"\s*([\w.]+)\s*(=|!=|<>|\bnot\s+in\b|\bin\b)\s*({_VALUE}|\(\s*{_VALUE}(?:\s*,\s*{_VALUE})*\s*\))\s*", re.I
)


def parse_filters(expressions: Sequence[str]) -> tuple[Filter, ...]:
    """Filters from ``customer.segment = 'vip' and channel in (web, app)``; UserError where one cannot be read.

    >>> str(parse_filters(["channel != 'web'"])[0])
    "channel not in ('web')"
    """
    found: list[Filter] = []
    problems: list[Problem] = []
    for expression in expressions:
        place = 0
        while True:
            match = _COMPARISON.match(expression, place)
            if not match:
                problems.append(_unreadable(expression, place))
                break
            name, operator, written = match.groups()
            values = tuple(_literal(value) for value in re.findall(_VALUE, written))
            found.append(Filter(name, values, operator.lower() in ("=", "in")))
            place = match.end()
            if place == len(expression):
                break
            joined = re.compile(r"and\b", re.I).match(expression, place)
            if not joined:
                problems.append(_unreadable(expression, place))
                break
            place = joined.end()
    if problems:
        raise UserError(*problems)
    return tuple(found)


def _unreadable(expression: str, place: int) -> Problem:
    return Problem(
        t("The filter “{expression}” cannot be read from “{rest}” on.", expression=expression, rest=expression[place:]),
        next=t("Write: dimension = 'value', dimension != 'value' or dimension in ('a', 'b'), joined by “and”."),
    )


def _literal(written: str) -> str | None:
    if written.startswith("'"):
        return written[1:-1].replace("''", "'")
    return None if written.lower() == "null" else written


def attributes(table: str, tables: Mapping[str, ir.Table]) -> tuple[str, ...]:
    """The columns of a canonical table that can be dimensions, the customer's own attributes included."""
    if table == "customer":
        known = {c.name: c.kind for c in BY_NAME["customer"].columns}
        personal = {c.name for c in BY_NAME["customer"].columns if c.personal}
        stored = {name for name, _ in BY_NAME["customer"].stored}
        custom = [n for n in tables["customer"].columns if n not in stored and not n.startswith("_")]
        own = [n for n, kind in known.items() if kind in ATTRIBUTES and n not in personal and n not in _HIDDEN]
        return (*own, *custom, *(name for name in DERIVED if name not in custom))
    return tuple(
        c.name for c in BY_NAME[table].columns if c.kind in ATTRIBUTES and not c.personal and c.name not in _HIDDEN
    )


def row_attributes(population: str, tables: Mapping[str, ir.Table]) -> tuple[str, ...]:
    """The dimensions that the rows of a population have themselves: their table's, and their campaign's."""
    table = base_table(population)
    if table == "customer":
        return ()
    found = POPULATIONS.get(population)
    own = tuple(a for a in attributes(table, tables) if not found or a not in found.without)
    campaign = (f"{CAMPAIGN}.{a}" for a in attributes(CAMPAIGN, tables)) if "campaign_id" in own else ()
    return (*own, *campaign)


def resolve(name: str, kpi: Kpi, tables: Mapping[str, ir.Table]) -> Dimension:
    """What ``name`` means for a KPI; UserError if it means nothing."""
    if name in kpi.shared_dimensions:
        # what customers did is of the customer's attribute, not of the single row's, where customers have such a one
        theirs = name in attributes("customer", tables)
        rows = {m.population for m in kpi.totals if m.population != CELLS} if theirs else kpi.populations
        shared = {p for p in rows if name in row_attributes(p, tables)}
        return Dimension(name, name.replace(".", "_"), frozenset(shared))
    if any("customer_id" not in dict(BY_NAME[table].stored) for table in kpi.tables):
        raise _unknown(name, kpi, list(kpi.shared_dimensions))
    customers = attributes("customer", tables)
    prefix, _, rest = name.partition(".")
    if prefix == "customer" and rest in customers:
        return Dimension(name, rest)
    own = _own_attributes(kpi, tables)
    if name in own:
        return Dimension(name, name.replace(".", "_"), frozenset(kpi.populations))
    if name in customers:
        return Dimension(name, name)
    allowed = [*own, *(f"customer.{a}" for a in customers)]
    raise _unknown(name, kpi, allowed)


def splits(name: str, kpi: Kpi, tables: Mapping[str, ir.Table]) -> bool:
    """Whether a KPI can be split by ``name``."""
    try:
        resolve(name, kpi, tables)
    except UserError:
        return False
    return True


def _own_attributes(kpi: Kpi, tables: Mapping[str, ir.Table]) -> tuple[str, ...]:
    """What all rows have that a KPI of one table is made of."""
    if len(kpi.tables) != 1:
        return ()
    first, *others = (row_attributes(p, tables) for p in kpi.populations)
    return tuple(a for a in first if all(a in other for other in others))


def _unknown(name: str, kpi: Kpi, allowed: list[str]) -> UserError:
    near = get_close_matches(name, allowed, 1, 0.5)
    return UserError.of(
        t("{kpi} cannot be split or filtered by “{name}”.", kpi=kpi.id, name=name),
        next=joined(
            [
                t("Did you mean {near}?", near=near[0]) if near else "",
                t("It can be by: {allowed}.", allowed=", ".join(allowed)),
            ]
        ),
    )
