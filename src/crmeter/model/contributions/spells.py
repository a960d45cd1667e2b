"""When customers came, stayed and left."""

from __future__ import annotations

from datetime import date

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.contributions.contribution import Contribution, identified
from crmeter.model.populations.population import Horizon, Tables, one

TENURED_DAYS = 365  # who has stayed as long is a loyal customer


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


def from_tenures(tables: Tables, horizon: Horizon) -> ir.Table:
    """The spells that run at the end of a period, and since when."""
    spell, period = identified(tables["spell"], tables), tables["period"]
    end = spell.ended_on.coalesce(ibis.literal(date(9999, 12, 31)))
    runs = spell.mutate(known_end=end).join(period, [spell.started_on < period.period_end, end >= period.period_end])
    days = runs.period_end.delta(runs.started_on, unit="day").cast("int64")
    return runs.mutate(staying=one(runs.period.notnull()), tenure_days=days, tenured=one(days >= TENURED_DAYS))


def from_spells_before(tables: Tables, horizon: Horizon) -> ir.Table:
    """The spells at the start of the same period a year before."""
    spell, period = identified(tables["spell"], tables), tables["period_base"]
    end = spell.ended_on.coalesce(ibis.literal(date(9999, 12, 31)))
    runs = spell.mutate(known_end=end).join(period, [spell.started_on < period.base_start, end >= period.base_start])
    return runs.mutate(customers_before=one(runs.period.notnull()))


SPELLS = Contribution(
    "spells",
    "customer",
    "spells",
    ("spell",),
    ("at_start", "at_end", "started_first", "started_again", "ended", "met", "customer_days"),
    from_spells,
)
TENURES = Contribution("tenures", "customer", "spells", ("spell",), ("staying", "tenure_days", "tenured"), from_tenures)
SPELLS_BEFORE = Contribution(
    "spells_before", "customer", "spells", ("spell",), ("customers_before",), from_spells_before
)
