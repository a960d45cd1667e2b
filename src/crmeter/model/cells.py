"""Customer cells: what each customer was and did in each period, one row per (customer, period).

KPIs about customers are sums over cells. A cell is put together from contributions, each of them measured only where a
KPI asks for it. ``period`` is a table ``period(period, period_start, period_end)`` of the periods asked for and
``period_day(day, period)`` lists their days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from crmeter.model.identity import as_survivor
from crmeter.model.populations.cases import OPENED
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon, Tables, one


@dataclass(frozen=True)
class Contribution:
    """Part of a cell: ``rows`` gives (member, cell_group, period, … ``columns``), summed by customer and period."""

    name: str
    needs: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Callable[[Tables, Horizon], ir.Table]


def identified(rows: ir.Table, tables: Tables) -> ir.Table:
    """``rows`` with the number of their customer and the number of the customer's group, those of others left out."""
    member = tables["member"]
    return rows.join(member, rows.customer_id == member.member_id)


def from_ledger(tables: Tables, horizon: Horizon) -> ir.Table:
    days = tables["period_day"]
    rows = identified(LEDGER.rows(tables, horizon), tables)
    return rows.join(days, rows.on == days.day)


def from_complaints(tables: Tables, horizon: Horizon) -> ir.Table:
    days = tables["period_day"]
    rows = OPENED.rows(tables, horizon)
    rows = identified(rows.filter(rows.complaints == 1, rows.customer_id.notnull()), tables)
    return rows.join(days, rows.on == days.day)


def from_contracts(tables: Tables, horizon: Horizon) -> ir.Table:
    """A contract that runs at the end of the period."""
    contracts = identified(as_survivor(tables["subscription"], tables), tables)
    period = tables["period"]
    runs = contracts.join(
        period,
        [
            contracts.started_on < period.period_end,
            contracts.ended_on.isnull() | (contracts.ended_on >= period.period_end),
        ],
    )
    return runs.mutate(contracts=one(runs.period.notnull()))


def from_spells(tables: Tables, horizon: Horizon) -> ir.Table:
    """The spells that touch a period: those at its start and those that start in it."""
    spell, period = identified(tables["spell"], tables), tables["period"]
    end = spell.ended_on.coalesce(ibis.literal("9999-12-31").cast("date"))
    met = spell.mutate(known_end=end).join(period, [spell.started_on < period.period_end, end >= period.period_start])
    started, s, e = met.started_on, met.period_start, met.period_end
    first_day = ibis.greatest(started, s)
    last_day = ibis.least(met.known_end, e)
    ended = (met.known_end >= s) & (met.known_end < e)
    return met.mutate(
        at_start=one(started < s),
        at_end=one(met.known_end >= e),
        started_first=one((started >= s) & (met.number == 1)),
        started_again=one((started >= s) & (met.number > 1)),
        ended=one(ended),
        met=one(started < e),
        customer_days=last_day.delta(first_day, unit="day").cast("int64"),
    )


CONTRIBUTIONS = {
    c.name: c
    for c in (
        Contribution("ledger", LEDGER.needs, tuple(LEDGER.adds), from_ledger),
        Contribution("complaints", OPENED.needs, ("complaints",), from_complaints),
        Contribution("contracts", ("subscription", "customer_alias"), ("contracts",), from_contracts),
        Contribution(
            "spells",
            ("spell",),
            ("at_start", "at_end", "started_first", "started_again", "ended", "met", "customer_days"),
            from_spells,
        ),
    )
}


@dataclass(frozen=True)
class CellColumn:
    """One number of a cell: the contributions it needs, its words, and how it follows from their sums."""

    words: str
    needs: tuple[str, ...]
    value: Callable[[ir.Table], ir.NumericValue]
    any_of: bool = False  # whether one of the contributions is enough


CELL_COLUMNS: Mapping[str, CellColumn] = {
    "customers_start": CellColumn("customers at the start", ("spells",), lambda c: c.at_start),
    "customers_end": CellColumn("customers at the end", ("spells",), lambda c: c.at_end),
    "new": CellColumn("new customers", ("spells",), lambda c: c.started_first),
    "returned": CellColumn("customers who came back", ("spells",), lambda c: c.started_again),
    "ended": CellColumn("spells that ended", ("spells",), lambda c: c.ended),
    "kept": CellColumn(
        "customers at the start who are customers at the end", ("spells",), lambda c: c.at_start * c.at_end
    ),
    "lost": CellColumn(
        "customers at the start who are not customers at the end", ("spells",), lambda c: c.at_start * (1 - c.at_end)
    ),
    "left": CellColumn(
        "customers who left and are not back by the end",
        ("spells",),
        lambda c: one((c.ended > 0) & (c.at_end == 0)),
    ),
    "exposed": CellColumn("customers at the start or joining in the period", ("spells",), lambda c: one(c.met > 0)),
    "customer_years": CellColumn("customer-years", ("spells",), lambda c: c.customer_days.cast("float64") / 365.25),
    "active": CellColumn(
        "active customers", ("ledger", "contracts"), lambda c: one((c.purchases > 0) | (c.contracts > 0)), True
    ),
    "buyers": CellColumn("customers with at least one sale", ("ledger",), lambda c: one(c.purchases > 0)),
    "repeat_buyers": CellColumn("customers with two sales or more", ("ledger",), lambda c: one(c.purchases > 1)),
    "net_sales": CellColumn("amount of sales less refunds", ("ledger",), lambda c: c.sale_amount - c.refund_amount),
    "complaining": CellColumn("with a complaint", ("complaints",), lambda c: one(c.complaints > 0)),
    **{
        name: CellColumn(words, ("ledger",), lambda c, name=name: c[name])  # type: ignore[misc]
        for name, words in LEDGER.adds.items()
    },
}


def cells(tables: Tables, horizon: Horizon, names: Iterable[str], attributes: tuple[str, ...] = ()) -> ir.Table:
    """The cells with the contributions ``names``, split further by ``attributes`` of the rows where given.

    ``tables`` has ``member(member_id, member, cell_group)``, the customers looked at: whole numbers in place of ids.
    """
    wanted = [CONTRIBUTIONS[name] for name in sorted(names)]
    keys = ["member", "cell_group", "period", *attributes]
    if [c.name for c in wanted] == ["spells"]:
        # a customer of one spell has one row a period as it is
        spell = tables["spell"]
        once = _rows({**tables, "spell": spell.filter(spell.spells == 1)}, horizon, wanted, keys)
        more = _rows({**tables, "spell": spell.filter(spell.spells > 1)}, horizon, wanted, keys)
        return once.union(_summed(more, keys))
    return _summed(_rows(tables, horizon, wanted, keys), keys)


def _rows(tables: Tables, horizon: Horizon, wanted: Sequence[Contribution], keys: Sequence[str]) -> ir.Table:
    """The rows of all contributions, each with zeros for the columns of the others."""
    parts = [contribution.rows(tables, horizon) for contribution in wanted]
    types = {name: part[name].type() for part, c in zip(parts, wanted, strict=True) for name in c.columns}
    padded = [
        part.select(
            *keys, **{n: part[n] if n in c.columns else ibis.literal(0).cast(kind) for n, kind in types.items()}
        )
        for part, c in zip(parts, wanted, strict=True)
    ]
    return reduce(lambda a, b: a.union(b), padded)


def _summed(rows: ir.Table, keys: Sequence[str]) -> ir.Table:
    values = [name for name in rows.columns if name not in keys]
    return rows.group_by(list(keys)).agg(**{name: rows[name].sum().cast(rows[name].type()) for name in values})
