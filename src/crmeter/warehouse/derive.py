"""What every load derives from the canonical tables before it is published: who is who, spells, coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import duckdb
import ibis
from ibis.common.graph import Node

from crmeter.model.derivations import DERIVATIONS
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon, Lasting
from crmeter.model.rules import Rules
from crmeter.model.spells import spells
from crmeter.model.tables import BY_NAME
from crmeter.warehouse.business_days import refresh_business_days
from crmeter.warehouse.rates import refresh_rates
from crmeter.warehouse.sql import tables_of, to_sql

FORMAT = 6
"""What the derived tables and those written of every load look like; raised with every change, so that a load of an
earlier version is derived anew."""


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the derived tables of a warehouse are those of this version."""
    known = con.execute("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'derived' AND table_name = 'format'")
    if known.fetchone() is None:
        return False
    return con.execute("SELECT format FROM derived.format").fetchall() == [(FORMAT,)]


def refresh(con: duckdb.DuckDBPyConnection, rules: Rules, as_of: date) -> None:
    """Build the schema ``derived`` anew from the canonical tables of ``con``."""
    con.execute("CREATE SCHEMA IF NOT EXISTS derived")
    con.execute(
        "CREATE OR REPLACE TABLE derived.format AS SELECT CAST($format AS INTEGER) AS format", {"format": FORMAT}
    )
    con.execute("CREATE OR REPLACE TABLE derived.customer_alias (customer_id VARCHAR, survivor_id VARCHAR)")
    alias = [(gone, survivor) for gone, survivor in survivors(con).items()]
    if alias:
        con.execute(
            "INSERT INTO derived.customer_alias SELECT unnest($gone), unnest($survivor)",
            {"gone": [a for a, _ in alias], "survivor": [s for _, s in alias]},
        )
    refresh_rates(con, rules.currency)
    refresh_business_days(con, rules, as_of)
    con.execute(f"CREATE OR REPLACE TABLE derived.spell AS {to_sql(spells(tables_of(con), rules, as_of))}")
    rebuild(con, rules, as_of)
    _refresh_coverage(con, Horizon(rules.currency, as_of, csi_weights=rules.csi_weights))


def _refresh_coverage(con: duckdb.DuckDBPyConnection, horizon: Horizon) -> None:
    """Which days each population has rows for."""
    con.execute(
        "CREATE OR REPLACE TABLE derived.coverage (population VARCHAR, first_on DATE, last_on DATE, rows BIGINT)"
    )
    shape = tuple((name, table.op()) for name, table in tables_of(con).items())
    filled = {name for name in BY_NAME if con.execute(f'FROM main."{name}" LIMIT 1').fetchone()}
    for population in POPULATIONS.values():
        counted = "SELECT NULL, NULL, 0"
        if population.table in filled:
            counted = _coverage_sql(population.name, horizon, shape)
        con.execute(f"INSERT INTO derived.coverage SELECT $name, * FROM ({counted})", {"name": population.name})
    con.execute(  # stages have no day: they hold as soon as there are any
        "INSERT INTO derived.coverage "
        "SELECT 'stages', CASE WHEN count(*) > 0 THEN DATE '1900-01-01' END, NULL, count(*) FROM main.stage"
    )
    con.execute(  # an order can be credited from the first touch on
        "INSERT INTO derived.coverage SELECT 'credited', "
        'CASE WHEN EXISTS (FROM main."order") THEN min("on") END, NULL, count(*) FROM main.touch'
    )
    theirs = "customer_id NOT IN (SELECT customer_id FROM derived.customer_alias WHERE survivor_id IS NULL)"
    for name, table in (("spells", "derived.spell"), ("contracts", f"main.subscription WHERE {theirs}")):
        con.execute(
            f"INSERT INTO derived.coverage SELECT $name, min(started_on), NULL, count(*) FROM {table}", {"name": name}
        )


@lru_cache(maxsize=256)
def _coverage_sql(population: str, horizon: Horizon, shape: tuple[tuple[str, Node], ...]) -> str:
    """The SELECT of the first day, the last and the number of rows, written once for tables of the same shape."""
    found = POPULATIONS[population]
    rows = found.rows({name: node.to_expr() for name, node in shape}, horizon)
    last = rows.on.max() if found.lasting is Lasting.DAY else ibis.null("date")
    return to_sql(rows.agg(first_on=rows.on.min(), last_on=last, rows=rows.count()))


def rebuild(
    con: duckdb.DuckDBPyConnection, rules: Rules, as_of: date, names: Iterable[str] = tuple(DERIVATIONS)
) -> None:
    """Build some of the tables of DERIVATIONS anew; who is who and the spells must be there."""
    for name in names:
        rows = DERIVATIONS[name].rows(tables_of(con), rules, as_of)
        con.execute(f"CREATE OR REPLACE TABLE derived.{name} AS {to_sql(rows)}")


def survivors(con: duckdb.DuckDBPyConnection) -> Mapping[str, str | None]:
    """For each merged or deleted customer the one it counts as, None if nobody.

    Chains are followed to their end; in a circle of merges the smallest id survives.
    """
    merged = dict(
        con.execute(
            "SELECT customer_id, merged_into FROM main.customer "
            "WHERE merged_into IS NOT NULL AND merged_into <> customer_id ORDER BY customer_id"
        ).fetchall()
    )
    deleted = {
        row[0] for row in con.execute("SELECT customer_id FROM main.customer WHERE deleted_at IS NOT NULL").fetchall()
    }
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
