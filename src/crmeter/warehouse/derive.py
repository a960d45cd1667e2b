"""What every load derives from the canonical tables before it is published: who is who, spells, coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import duckdb

from crmeter.kernel.expressions import ibis, ir
from crmeter.kernel.remembered import lasting
from crmeter.model.cubes import CUBE
from crmeter.model.derivations import DERIVATIONS
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon, Lasting
from crmeter.model.rollups import FIRST, LAST, ROLLUPS, ROWS
from crmeter.model.rules import Rules
from crmeter.model.spells import spells
from crmeter.model.tables import BY_NAME
from crmeter.warehouse import cubes
from crmeter.warehouse.business_days import refresh_business_days
from crmeter.warehouse.engines.embedded import on
from crmeter.warehouse.engines.engine import Engine
from crmeter.warehouse.identifier import quoted
from crmeter.warehouse.rates import refresh_rates

FORMAT = 8
"""What the derived tables and those written of every load look like; raised with every change, so that a load of an
earlier version is derived anew."""

READABLE = (6, 7, FORMAT)
"""Those of which all that measuring needs is there: 6 had no rollups, 7 no cube."""

ALWAYS = date(1900, 1, 1)
Where = Engine | duckdb.DuckDBPyConnection


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the derived tables of a warehouse can be read by this version."""
    return _format(con) in READABLE


def is_newest(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the derived tables of a warehouse are those that this version makes."""
    return _format(con) == FORMAT


def _format(con: duckdb.DuckDBPyConnection) -> int | None:
    known = con.execute("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'derived' AND table_name = 'format'")
    if known.fetchone() is None:
        return None
    [(found,)] = con.execute("SELECT max(format) FROM derived.format").fetchall()
    return None if found is None else int(found)


@lasting()
def refresh(where: Where, rules: Rules, as_of: date) -> None:
    """Build the schema ``derived`` anew from the canonical tables there, without rollups."""
    engine = on(where)
    drop_rollups(engine)
    engine.derive("format", f"SELECT CAST({FORMAT:d} AS INTEGER) AS format")
    derive_aliases(engine)
    refresh_rates(engine, rules.currency)
    refresh_business_days(engine, rules, as_of)
    engine.derive("spell", _sql(engine, spells, rules, as_of))
    rebuild(engine, rules, as_of)
    cover(engine, horizon(rules, as_of))


def horizon(rules: Rules, as_of: date) -> Horizon:
    """What the rows of populations are read against."""
    return Horizon(rules.currency, as_of, csi_weights=rules.csi_weights)


def derive_aliases(engine: Engine) -> None:
    """Build the table of who counts as whom."""
    alias = {"customer_id": "VARCHAR", "survivor_id": "VARCHAR"}
    engine.derive_rows("customer_alias", alias, list(survivors(engine).items()))


@lasting()
def roll_up(where: Where, rules: Rules, as_of: date, least_rows: int = cubes.LEAST_ROWS) -> None:
    """Build every rollup anew, and the cube where one has ``least_rows``; who is who, rates, spells must be there."""
    engine = on(where)
    for rollup in ROLLUPS.values():
        engine.derive(rollup.name, _sql(engine, rollup.rows, horizon(rules, as_of)))
    cubes.build(engine, horizon(rules, as_of), least_rows)


def drop_rollups(engine: Engine) -> None:
    """Remove rollups of rows that may be others now."""
    there = engine.tables()
    for name in (CUBE, *(rollup.name for rollup in ROLLUPS.values())):
        if name in there:
            engine.execute(f"DROP TABLE {engine.named('derived', name)}")


@lasting()
def cover(engine: Engine, until: Horizon, known: Mapping[str, tuple[Any, ...]] | None = None) -> None:
    """Write down which days each population has rows for; those that are ``known`` are taken as they are."""
    covered = {"population": "VARCHAR", "first_on": "DATE", "last_on": "DATE", "rows": "BIGINT"}
    engine.derive_rows("coverage", covered, list(_coverage(engine, until, known or {})))


def _coverage(engine: Engine, until: Horizon, known: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The name of each population, and which days it has rows for: the first, the last, how many rows."""
    tables = engine.tables()
    filled = {n for n in BY_NAME if engine.execute(f"SELECT 1 FROM {engine.named('main', n)} LIMIT 1")}
    for population in POPULATIONS.values():
        found: tuple[Any, ...] = known.get(population.name, (None, None, 0))
        if population.table in filled and population.name not in known:
            [found] = engine.execute(engine.to_sql(covering(tables, population.name, until)))
        yield population.name, *found
    stage, touch, spell = engine.named("main", "stage"), engine.named("main", "touch"), engine.named("derived", "spell")
    [(stages,)] = engine.execute(f"SELECT count(*) FROM {stage}")
    yield "stages", ALWAYS if stages else None, None, stages  # they have no day: they hold as soon as there are any
    [(first, touches)] = engine.execute(f'SELECT min("on"), count(*) FROM {touch}')
    yield "credited", first if "order" in filled else None, None, touches  # from the first touch on
    alias = engine.named("derived", "customer_alias")
    theirs = f"customer_id NOT IN (SELECT customer_id FROM {alias} WHERE survivor_id IS NULL)"
    contracts = f"{engine.named('main', 'subscription')} WHERE {theirs}"
    for name, rows in (("spells", spell), ("contracts", contracts)):
        [(first, count)] = engine.execute(f"SELECT min(started_on), count(*) FROM {rows}")
        yield name, first, None, count


def covered_by_rollups(engine: Engine) -> dict[str, tuple[Any, ...]]:
    """Which days the populations have rows for of which there are rollups."""
    said = ", ".join((f"min({FIRST})", f"max({LAST})", f"CAST(coalesce(sum({quoted(ROWS)}), 0) AS BIGINT)"))
    tables = engine.tables()
    there = [(name, rollup.name) for name, rollup in ROLLUPS.items() if rollup.name in tables]
    return {name: engine.execute(f"SELECT {said} FROM {engine.named('derived', table)}")[0] for name, table in there}


def covering(tables: Mapping[str, ir.Table], population: str, until: Horizon) -> ir.Table:
    """The first day of a population's rows, the last, and how many they are."""
    found = POPULATIONS[population]
    rows = found.rows(tables, until)
    last = rows.on.max() if found.lasting is Lasting.DAY else ibis.null("date")
    return rows.agg(first_on=rows.on.min(), last_on=last, rows=rows.count())


@lasting()
def rebuild(where: Where, rules: Rules, as_of: date, names: Iterable[str] = tuple(DERIVATIONS)) -> None:
    """Build some of the tables of DERIVATIONS anew; who is who and the spells must be there."""
    engine = on(where)
    for name in names:
        engine.derive(name, _sql(engine, DERIVATIONS[name].rows, rules, as_of))


def _sql(engine: Engine, rows: Callable[..., ir.Table], *given: Any) -> str:
    """The SELECT of what ``rows`` makes of the tables there."""
    return engine.to_sql(rows(engine.tables(), *given))


def survivors(engine: Engine) -> Mapping[str, str | None]:
    """For each merged or deleted customer the one it counts as, None if nobody.

    Chains are followed to their end; in a circle of merges the smallest id survives.
    """
    customers = engine.named("main", "customer")
    merged = dict(
        engine.execute(
            f"SELECT customer_id, merged_into FROM {customers} "
            "WHERE merged_into IS NOT NULL AND merged_into <> customer_id ORDER BY customer_id"
        )
    )
    deleted = {row[0] for row in engine.execute(f"SELECT customer_id FROM {customers} WHERE deleted_at IS NOT NULL")}
    found: dict[str, str | None] = {}
    for customer in {*merged, *deleted}:
        end = end_of_chain(customer, merged)
        gone = end in deleted and end not in merged
        if gone or end != customer:
            found[customer] = None if gone else end
    return dict(sorted(found.items()))


def end_of_chain(customer: str, merged: Mapping[str, str]) -> str:
    """The last customer of a chain of merges.

    >>> end_of_chain("a", {"a": "b", "b": "c"})
    'c'
    >>> end_of_chain("a", {"a": "b", "b": "a"})
    'a'
    """
    path = [customer]
    while path[-1] in merged:
        following = merged[path[-1]]
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]
