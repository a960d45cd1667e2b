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
    """Table → the columns of it that a SELECT rests on; what it selects inside and drops outside does not count.

    >>> columns_read("SELECT b FROM (SELECT * FROM a WHERE d = 1)", {"a": {"b": "DATE", "c": "DATE", "d": "BIGINT"}})
    {'a': ('b', 'd')}
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    whole = qualify(tree, dialect="duckdb", schema=dict(schema), validate_qualify_columns=False, identify=False)
    found: dict[str, set[str]] = {}
    for scope in traverse_scope(pushdown_projections(whole)):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                found.setdefault(source.name, set()).add(column.name)
    return {table: tuple(sorted(columns)) for table, columns in found.items()}


def columns_named(sql: str) -> frozenset[str]:
    """The names of the columns that a SELECT names anywhere."""
    return frozenset(column.name for column in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Column))
