"""Customer cells: what each customer was and did in each period, one row per (customer, period).

KPIs about customers are sums over cells. A cell is put together from contributions, each of them measured only where a
KPI asks for it. ``period`` is a table ``period(period, period_start, period_end)`` of the periods asked for,
``period_day(day, period)`` lists their days, and ``period_base`` has besides the days of the same period a year before.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.campaigns import with_campaign
from crmeter.model.contributions import CONTRIBUTIONS, Contribution
from crmeter.model.contributions.campaigns import CREDITED, TRIED
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon, Tables, one

__all__ = ["CELL_COLUMNS", "CONTRIBUTIONS", "CellColumn", "cells"]


@dataclass(frozen=True)
class CellColumn:
    """One number of a cell: the contributions it needs, its words, and how it follows from their sums."""

    words: str
    needs: tuple[str, ...]
    value: Callable[[ir.Table], ir.NumericValue]
    any_of: bool = False  # whether one of the contributions is enough


_CUSTOMER = ("member", "cell_group")
_NOTHING = ibis.literal(0, "decimal(18, 4)")
_AS_THEY_ARE = {
    "recurring": {
        "unpriced_start": "contracts at the start without a known rate",
        "unpriced_end": "contracts at the end without a known rate",
        "unpriced_contracts": "contracts without a known rate",
    },
    "tenures": {
        "staying": "customers at the end",
        "tenure_days": "days since their spell started",
        "tenured": "customers at the end who have stayed for 365 days or more",
    },
    "so_far": {
        "revenue_so_far": "revenue so far, less refunds",
        "foreign_so_far": "amounts without a known rate so far",
    },
    "credit": {
        "credits_unpriced": "amounts in another currency",
        **{f"{part}_{way}": words for way, part_words in CREDITED.items() for part, words in part_words.items()},
    },
    "trial": {
        "trial_unpriced": "amounts in another currency",
        **{f"{part}_{arm}": words for arm, part_words in TRIED.items() for part, words in part_words.items()},
    },
    "year_on_year": {"foreign_year_on_year": "amounts without a known rate"},
}
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
    "recurring_start": CellColumn(
        "monthly amount of contracts at the start", ("recurring",), lambda c: c.monthly_start
    ),
    "recurring_end": CellColumn("monthly amount of contracts at the end", ("recurring",), lambda c: c.monthly_end),
    "recurring_kept": CellColumn(
        "monthly amount at the end of customers with a contract at the start",
        ("recurring",),
        lambda c: (c.contracts_start > 0).ifelse(c.monthly_end_then, _NOTHING),
    ),
    "recurring_lost": CellColumn(
        "monthly amount at the start of customers who are lost", ("recurring",), lambda c: c.monthly_lost
    ),
    "subscribers_start": CellColumn(
        "customers with a contract at the start", ("recurring",), lambda c: one(c.contracts_start > 0)
    ),
    "subscribers_end": CellColumn(
        "customers with a contract at the end", ("recurring",), lambda c: one(c.contracts_end > 0)
    ),
    "revenue_kept": CellColumn(
        "revenue of those who were customers at the start of the same period last year",
        ("spells_before", "year_on_year"),
        lambda c: (c.customers_before > 0).ifelse(c.revenue_now, _NOTHING),
    ),
    "revenue_before": CellColumn(
        "their revenue in the same period last year",
        ("spells_before", "year_on_year"),
        lambda c: (c.customers_before > 0).ifelse(c.revenue_then, _NOTHING),
    ),
    "customers_before": CellColumn(
        "customers at the start of the same period last year",
        ("spells_before", "year_on_year"),
        lambda c: c.customers_before,
    ),
    "credited": CellColumn("customers with an order that is credited", ("credit",), lambda c: one(c.credits > 0)),
    "ordered_so_far": CellColumn("customers who have ordered so far", ("so_far",), lambda c: one(c.priced_so_far > 0)),
    "complaining": CellColumn("with a complaint", ("complaints",), lambda c: one(c.complaints > 0)),
    **{
        name: CellColumn(words, ("ledger",), lambda c, name=name: c[name])  # type: ignore[misc]
        for name, words in LEDGER.adds.items()
    },
    **{
        name: CellColumn(words, (need,), lambda c, name=name: c[name])  # type: ignore[misc]
        for need, columns in _AS_THEY_ARE.items()
        for name, words in columns.items()
    },
}


def cells(
    tables: Tables,
    horizon: Horizon,
    names: Iterable[str],
    attributes: tuple[str, ...] = (),
    once: Container[str] = (),
) -> ir.Table:
    """The cells with the contributions ``names``, split further by ``attributes`` of the rows where given.

    ``tables`` has ``member(member_id, member, cell_group)``, the customers looked at: whole numbers in place of ids.
    Of the contributions in ``once`` every customer has one row a period as it is.
    """
    wanted = [CONTRIBUTIONS[name] for name in sorted(names)]
    keys = [*_CUSTOMER, "period", *attributes]
    if [c.name for c in wanted] == ["spells"]:
        return _spell_cells(tables, horizon, keys)
    parts = _rows(tables, horizon, wanted, keys)
    single = [(part, c) for part, c in zip(parts, wanted, strict=True) if c.name in once]
    if len(single) != 1:
        return _summed(reduce(_below, parts), keys)
    [(rows, contribution)] = single
    others = [part for part in parts if part is not rows]
    return _beside(rows, contribution, _summed(reduce(_below, others), keys), keys) if others else rows


def _beside(rows: ir.Table, contribution: Contribution, others: ir.Table, keys: Sequence[str]) -> ir.Table:
    """The rows of a contribution and the sums of the others, both one for each customer and period, as one."""
    others = others.rename({f"other_{name}": name for name in others.columns})
    both = rows.outer_join(others, [rows[key] == others[f"other_{key}"] for key in ("member", "period")])
    numbers = {n: both[n if n in contribution.columns else f"other_{n}"] for n in rows.columns if n not in keys}
    return both.select(
        **{key: both[key].coalesce(both[f"other_{key}"]) for key in keys},
        **{n: number.fill_null(ibis.literal(0).cast(number.type())) for n, number in numbers.items()},
    )


def _spell_cells(tables: Tables, horizon: Horizon, keys: Sequence[str]) -> ir.Table:
    """Cells of spells alone. A spell that no other of its customer meets in a period is the cell as it is; summing the
    few others apart spares most of the work."""
    spell, wanted = tables["spell"], [CONTRIBUTIONS["spells"]]
    earlier = ibis.window(group_by="customer_id", order_by="started_on", preceding=(None, 1))
    later = ibis.window(group_by="customer_id", order_by="started_on", following=(1, None))
    several = spell.filter(spell.spells > 1)
    several = several.mutate(before=several.ended_on.max().over(earlier), after=several.started_on.min().over(later))
    [single] = _rows({**tables, "spell": spell.filter(spell.spells == 1)}, horizon, wanted, keys)
    [more] = _rows(
        {**tables, "spell": several}, horizon, wanted, [*keys, "before", "after", "period_start", "period_end"]
    )
    meets = (more.before >= more.period_start).fill_null(False) | (more.after < more.period_end).fill_null(False)
    alone, together = (more.filter(which).select(*single.columns) for which in (~meets, meets))
    return single.union(alone).union(_summed(together, keys))


def _rows(tables: Tables, horizon: Horizon, wanted: Sequence[Contribution], keys: Sequence[str]) -> list[ir.Table]:
    """The rows of each contribution, with zeros for the columns of the others."""
    plain = list(keys) == [*_CUSTOMER, "period"]
    parts = [
        c.by_customer(tables, horizon)
        if plain and c.by_customer
        else with_campaign(c.rows(tables, horizon), tables, keys)
        for c in wanted
    ]
    types = {name: part[name].type() for part, c in zip(parts, wanted, strict=True) for name in c.columns}
    return [
        part.select(
            *keys,
            **{n: narrow(part[n] if n in c.columns else ibis.literal(0).cast(kind)) for n, kind in types.items()},
        )
        for part, c in zip(parts, wanted, strict=True)
    ]


def _below(one_part: ir.Table, another: ir.Table) -> ir.Table:
    return one_part.union(another)


def _summed(rows: ir.Table, keys: Sequence[str]) -> ir.Table:
    values = [name for name in rows.columns if name not in keys]
    return rows.group_by(list(keys)).agg(**{name: rows[name].sum().cast(rows[name].type()) for name in values})


def narrow(number: ir.NumericValue) -> ir.NumericValue:
    """A whole number of one customer and period in four bytes: there are millions, and engines sum in sixteen."""
    return number.cast("int32") if number.type().is_integer() else number
