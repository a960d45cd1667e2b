"""The published warehouse, read-only: what it holds, and the rows of an expression."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.errors import UserError
from crmeter.kernel.expressions import ir
from crmeter.kernel.messages import t
from crmeter.warehouse.derive import is_current
from crmeter.warehouse.engines.embedded import on
from crmeter.warehouse.engines.engine import Engine
from crmeter.warehouse.memory import bounds, telling_of_memory


@dataclass(frozen=True)
class Load:
    """What was loaded last: its number, the data horizon, the first day of the history, and the rules it used."""

    number: int
    as_of: date
    history_start: date | None
    rules: Mapping[str, Any]


@dataclass(frozen=True)
class Coverage:
    """The days a population has rows for."""

    first_on: date | None
    last_on: date | None
    rows: int


@dataclass(frozen=True)
class Figure:
    """One number that was given instead of rows, for the days from ``start`` to before ``end``."""

    input: str
    start: date
    end: date
    value: float


@dataclass(frozen=True)
class Statement:
    """One SELECT that was run: the temporary table that keeps its rows, if one does, and how many rows there were."""

    sql: str
    kept: str | None
    rows: int


class Warehouse:
    """One published state of the warehouse. A load that is published meanwhile is not seen.

    ``where`` it lies is a DuckDB connection, or another engine.
    """

    def __init__(self, where: duckdb.DuckDBPyConnection | Engine) -> None:
        self._engine = on(where)
        self._temporary = 0
        self._statements: list[Statement] | None = None

    @cached_property
    def tables(self) -> Mapping[str, ir.Table]:
        return self._engine.tables()

    @cached_property
    def load(self) -> Load:
        loads = self._engine.named("meta", "load")
        found = self._engine.execute(
            f"SELECT load, as_of, history_start, rules FROM {loads} ORDER BY load DESC LIMIT 1"
        )
        if not found:
            raise UserError.of(t("Nothing has been loaded yet."), next=t("Run: crmeter ingest"))
        [(number, as_of, history_start, rules)] = found
        return Load(number, as_of, history_start, json.loads(rules))

    @cached_property
    def coverage(self) -> Mapping[str, Coverage]:
        named = self._engine.named
        rows = self._engine.execute(f"SELECT population, first_on, last_on, rows FROM {named('derived', 'coverage')}")
        found = {name: Coverage(first, last, count) for name, first, last, count in rows}
        # what is derived is checked: the results of a load come after its coverage, and hold for all that it knew
        [(checked,)] = self._engine.execute(f"SELECT count(*) FROM {named('main', 'rule_result')}")
        [(first, arrived)] = self._engine.execute(f"SELECT min(first_on), count(*) FROM {named('main', 'arrival')}")
        return found | {
            "checks": Coverage(date.min if checked else None, None, checked),
            "arrivals": Coverage(first, None, arrived),
        }

    @cached_property
    def sells_without_contract(self) -> bool:
        """Whether there are purchase customers: any sale that does not only invoice a subscription."""
        orders = self._engine.named("main", "order")
        return bool(
            self._engine.execute(f"SELECT 1 FROM {orders} WHERE kind = 'sale' AND subscription_id IS NULL LIMIT 1")
        )

    @cached_property
    def stage_order(self) -> Mapping[str, int]:
        """The place of each stage in its pipeline, the last where it stands in several."""
        stages = self._engine.named("main", "stage")
        return dict(self._engine.execute(f"SELECT stage, max(position) FROM {stages} GROUP BY stage"))

    @property
    def has_contracts(self) -> bool:
        """Whether there are contracts, of whomever and whenever."""
        return self.coverage["contracts"].rows > 0

    @cached_property
    def figures(self) -> Sequence[Figure]:
        """The numbers given instead of rows."""
        given = self._engine.named("main", "figures")
        found = self._engine.execute(f"SELECT input, period_start, period_end, value FROM {given} ORDER BY 1, 2, 3, 4")
        return [Figure(*row) for row in found]

    def rows(self, expr: ir.Table) -> list[tuple[Any, ...]]:
        """The rows of an expression."""
        return self.execute(self._engine.to_sql(expr))

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a SELECT of ours; values go in ``parameters``."""
        found = self._engine.execute(sql, parameters)
        self._note(sql, len(found))
        return found

    @contextmanager
    def recording(self) -> Iterator[list[Statement]]:
        """The SELECTs that are run inside the block, in their order."""
        self._statements = []
        try:
            yield self._statements
        finally:
            self._statements = None

    def _note(self, sql: str, rows: int, kept: str | None = None) -> None:
        if self._statements is not None and sql.lstrip().upper().startswith(("SELECT", "WITH")):
            self._statements.append(Statement(sql, kept, rows))

    def columns(self, expr: ir.Table) -> dict[str, NDArray[Any]]:
        """The columns of an expression as arrays, where there are too many rows for tuples; none may be null."""
        found = self._engine.arrays(self._engine.to_sql(expr))
        holed = [name for name, column in found.items() if np.ma.is_masked(column)]
        if holed:
            raise ValueError(f"nulls in {', '.join(holed)}")
        return {name: np.ma.getdata(column) for name, column in found.items()}

    def keep(self, expr: ir.Table) -> ir.Table:
        """The rows of an expression, kept in a temporary table until the warehouse is closed."""
        name = self._name()
        sql = self._engine.to_sql(expr)
        kept, rows = self._engine.keep(name, expr, sql)
        self._note(sql, rows, name)
        return kept

    def forget(self, kept: ir.Table) -> None:
        """Free the memory of kept rows that are not read any more."""
        self._engine.put(kept.get_name(), {"forgotten": "INTEGER"}, ())

    def within(self, table: str, column: str, first: date, last: date) -> ir.Table:
        """A canonical table that is to be read from the day ``first`` to before ``last`` of a business date."""
        return self._engine.within(self.tables[table], column, first, last)

    def numbered(self, rows: ir.Table, name: str, by: Sequence[str]) -> ir.Table:
        """``rows`` with a whole number of each in the column ``name``, which may have gaps; ``by`` tells them apart."""
        return self._engine.numbered(rows, name, by)

    def fold(
        self, kept: ir.Table, keys: Sequence[str], slices: Sequence[Sequence[str]], folds: Mapping[str, str]
    ) -> list[tuple[Any, ...]]:
        """The groups of a kept table folded to each of several slices: see :func:`crmeter.warehouse.sql.fold_query`."""
        return self.execute(self._engine.fold_sql(kept.get_name(), keys, slices, folds))

    def ranks(
        self,
        kept: ir.Table,
        keys: Sequence[str],
        slices: Sequence[Sequence[str]],
        column: str,
        asked: ir.Table,
        *,
        summed: bool = False,
    ) -> list[tuple[Any, ...]]:
        """The values at some ranks of the groups of a kept table, or sums from a rank on: see
        :func:`crmeter.warehouse.sql.rank_query`."""
        sql = self._engine.rank_sql(kept.get_name(), keys, slices, column, asked.get_name(), summed=summed)
        return self.execute(sql)

    def put(self, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> ir.Table:
        """``rows`` as a temporary table whose columns have the given DuckDB types."""
        return self._engine.put(self._name(), columns, rows)

    def begin(self) -> None:
        """Name kept tables from the first again: those of the measurement before are not read any more. What is asked
        for in the same way then reads alike, and its SQL is not written twice."""
        self._temporary = 0

    def _name(self) -> str:
        self._temporary += 1
        return f"kept_{self._temporary}"


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Say in a UserError what keeps the warehouse at ``path`` from being opened."""
    if not path.is_file():
        raise UserError.of(
            t("There is no warehouse at {path} yet.", path=path),
            next=t("Load the data first: crmeter ingest"),
        )
    try:
        with telling_of_memory(t("There was not enough memory for this.")):
            yield
    except duckdb.Error as error:
        raise UserError.of(
            t("The warehouse {path} cannot be opened.", path=path),
            str(error).splitlines()[0],
            t("Restore it from a backup, or move it away and run crmeter ingest to build it anew."),
        ) from error


def _lock(con: duckdb.DuckDBPyConnection) -> None:
    """Let no SQL reach anything but the database, for all connections of the process to it: they share its settings,
    and where another one is open they are as they should be."""
    if con.execute("SELECT current_setting('lock_configuration')").fetchall() == [(True,)]:
        return
    con.execute("SET enable_external_access = false")
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET lock_configuration = true")


@contextmanager
def reading(path: Path) -> Iterator[Warehouse]:
    """Open the published warehouse; UserError if there is none or it cannot be read."""
    with opening(path):
        con = duckdb.connect(str(path), read_only=True, config=bounds(path))
    try:
        _lock(con)
        if not is_current(con):
            raise UserError.of(
                t("The warehouse {path} was loaded by another version of crmeter.", path=path),
                next=t("Load the data again: crmeter ingest"),
            )
        with telling_of_memory(t("There was not enough memory for this.")):
            yield Warehouse(con)
    finally:
        con.close()
