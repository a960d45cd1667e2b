"""Which columns of which tables a SELECT reads for some of its columns."""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

Schema = Mapping[str, Mapping[str, str]]  # table → column → SQL type


def columns_read(sql: str, schema: Schema) -> dict[str, tuple[str, ...]]:
    """Table → the columns of it that a SELECT rests on; what it selects inside and drops outside does not count, nor
    what only a left join is made by of which nothing is selected.

    >>> columns_read("SELECT b FROM (SELECT * FROM a WHERE d = 1)", {"a": {"b": "DATE", "c": "DATE", "d": "BIGINT"}})
    {'a': ('b', 'd')}
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    whole = qualify(tree, dialect="duckdb", schema=dict(schema), validate_qualify_columns=False, identify=False)
    narrowed = pushdown_projections(whole)
    while _drop_unused_joins(narrowed):
        narrowed = pushdown_projections(narrowed)
    found: dict[str, set[str]] = {}
    for scope in traverse_scope(narrowed):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                found.setdefault(source.name, set()).add(column.name)
    return {table: tuple(sorted(columns)) for table, columns in found.items()}


def _drop_unused_joins(tree: exp.Expr) -> bool:
    """Take out left joins that are joined for nothing; whether there were any."""
    unused = [join for join in tree.find_all(exp.Join) if join.side == "LEFT" and not _is_used(join)]
    for join in unused:
        join.pop()
    return bool(unused)


def _is_used(join: exp.Join) -> bool:
    """Whether anything but its own condition names what is joined."""
    select, condition = join.find_ancestor(exp.Select), join.args.get("on")
    inside = set(map(id, condition.find_all(exp.Column))) if condition else set()
    columns = select.find_all(exp.Column) if select else ()
    return any(column.table == join.alias_or_name and id(column) not in inside for column in columns)


def columns_named(sql: str) -> frozenset[str]:
    """The names of the columns that a SELECT names anywhere."""
    return frozenset(column.name for column in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Column))


def tables_named(sql: str) -> tuple[str, ...]:
    """The tables of the warehouse that a SELECT reads, as often as it reads them, in alphabetical order. They stand in
    a schema; temporary ones do not.

    >>> tables_named('FROM main."order" JOIN derived.spell ON true JOIN derived.spell AS s ON true JOIN kept_1')
    ('order', 'spell', 'spell')
    """
    return tuple(sorted(table.name for table in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table) if table.db))


def pretty(sql: str) -> str:
    """A SELECT of DuckDB on several lines."""
    return sqlglot.parse_one(sql, read="duckdb").sql("duckdb", pretty=True)
