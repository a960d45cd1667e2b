"""The cube of customers by month, carried on over a load. What the customers that it touches added is taken out,
and what they add now is put in; months that are over since the load before are summed of all customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from crmeter.kernel.expressions import ir
from crmeter.model.cubes import ATTRIBUTE, CELLS, CUBE, first_day, month_number, months_over
from crmeter.model.populations.population import Horizon
from crmeter.model.rollups import ROLLUPS
from crmeter.warehouse import cubes
from crmeter.warehouse.engines.embedded import DuckDB
from crmeter.warehouse.identifier import quoted
from crmeter.warehouse.sql import declared

_WHO, _OUT, _IN, _WAS = "cube_touched", "cube_out", "cube_in", "was_"
_READ = ("subscription", "case")  # the canonical tables that cells of the cube are read from
_DERIVED = ("spell", *(rollup.name for rollup in ROLLUPS.values()))  # those derived


@dataclass
class CubeChange:
    """From the horizon ``before`` to ``now`` by the rows of ``load``. ``touched`` is a table of the customers of whom
    orders, contracts or spells are others, ``alias_before`` of who counted as whom; what is derived of them now is in
    tables whose names begin with ``made``."""

    con: duckdb.DuckDBPyConnection
    load: int
    before: Horizon
    now: Horizon
    touched: str
    alias_before: str
    made: str
    least_rows: int = cubes.LEAST_ROWS
    _attributes: tuple[str, ...] | None = None  # None: the cube is to be made anew

    def take_out(self) -> None:
        """Sum what touched customers added; to be called while rollups and spells are those of the load before."""
        kept = cubes.attributes_of(self._engine)
        if kept is None or kept != cubes.attributes_kept(self._engine):
            return
        self._attributes = kept
        self._find_touched()
        tables = {**self._engine.tables(), **dict(self._as_they_were())}
        tables["customer_alias"] = declared(self.alias_before, {"customer_id": "VARCHAR", "survivor_id": "VARCHAR"})
        [(first,)] = self.con.execute(f'SELECT min("on") FROM {self._cube}').fetchall()
        over = month_number(self.before.as_of)
        try:
            self._sum(_OUT, tables, self.before, range(month_number(first) if first else over, over))
        except duckdb.OutOfRangeException:
            self._attributes = None

    def put_in(self) -> None:
        """Bring the cube up to rollups and spells as they are now."""
        engine = self._engine
        if self._attributes is None or not cubes.is_worth_it(engine, self.least_rows):
            cubes.build(engine, self.now, self.least_rows)
            return
        months = cubes.months_with_rows(engine, self.now.as_of)
        over = month_number(self.before.as_of)
        tables = {**engine.tables(), **dict(self._as_they_are())}
        try:
            self._sum(_IN, tables, self.now, range(min(months.start, over), over))
            self._add()
            new = range(max(months.start, over), months.stop)
            if new:
                for rows in cubes.sums_of(engine, engine.tables(), self.now, self._attributes, new):
                    self.con.execute(f"INSERT INTO {self._cube} BY NAME {rows}")
        except duckdb.OutOfRangeException:
            cubes.drop(engine)

    @property
    def _engine(self) -> DuckDB:
        return DuckDB(self.con)

    @property
    def _cube(self) -> str:
        return quoted("derived", CUBE)

    def _find_touched(self) -> None:
        """Besides, those who have other attributes or other cases now."""
        moved = " UNION ".join(
            f"SELECT customer_id FROM {quoted(schema, table)} WHERE {column} = {self.load:d}"
            for table in ("customer", "case")
            for schema, column in (("main", "_load"), ("history", "_until"))
        )
        aliases = (quoted("derived", "customer_alias"), self.alias_before)
        counted = " ".join(f"UNION SELECT survivor_id FROM {a} JOIN moved USING (customer_id)" for a in aliases)
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {_WHO} AS WITH moved AS ({moved}) "
            f"SELECT customer_id AS touched_id FROM {self.touched} UNION SELECT customer_id FROM moved {counted}"
        )

    def _as_they_were(self) -> Iterator[tuple[str, ir.Table]]:
        """The rows of touched customers that were believed before the load, and what was derived of them."""
        alias = f"SELECT customer_id FROM {self.alias_before} WHERE survivor_id IN (FROM {_WHO})"
        theirs = f"customer_id IN (FROM {_WHO} UNION {alias})"
        for name in ("customer", *_READ):
            believed = f"FROM {quoted('main', name)} WHERE _load < {self.load:d} AND {theirs}"
            past = f"FROM {quoted('history', name)} WHERE _until = {self.load:d} AND {theirs}"
            yield self._kept(_WAS, name, (believed, past))
        for name in _DERIVED:
            yield self._kept(_WAS, name, (f"FROM {quoted('derived', name)} WHERE customer_id IN (FROM {_WHO})",))

    def _as_they_are(self) -> Iterator[tuple[str, ir.Table]]:
        """Which of touched customers are known now, and what is derived of them."""
        yield self._kept("is_", "customer", (f"FROM {quoted('main', 'customer')} WHERE customer_id IN (FROM {_WHO})",))
        for name in _DERIVED:
            others = f"FROM {quoted(_WAS + name)} WHERE customer_id NOT IN (FROM {self.touched})"
            yield self._kept("is_", name, (others, f"FROM {quoted(self.made + name)}"))

    def _kept(self, prefix: str, name: str, parts: Iterable[str]) -> tuple[str, ir.Table]:
        """The rows of some parts as a table in the place of the one so named, with the columns that the cube reads."""
        rows = self._engine.tables()[name]
        columns = ("customer_id", *(self._attributes or ())) if name == "customer" else rows.columns
        listed = ", ".join(map(quoted, columns))
        sql = " UNION ALL ".join(f"SELECT {listed} {part}" for part in parts)
        return name, self._engine.keep(f"{prefix}{name}", rows.select(*columns), sql)[0]

    def _sum(self, name: str, tables: Mapping[str, ir.Table], horizon: Horizon, months: range) -> None:
        for number, rows in enumerate(cubes.sums_of(self._engine, tables, horizon, self._attributes or (), months)):
            into = "INSERT INTO {}" if number else "CREATE OR REPLACE TEMP TABLE {} AS"
            self.con.execute(f"{into.format(quoted(name))} {rows}")

    def _add(self) -> None:
        """The cube without what is out and with what is in."""
        described = self.con.execute(f"DESCRIBE {self._cube}").fetchall()
        kinds = {name: kind for name, kind, *_ in described}
        keys = [name for name in kinds if name == "on" or name.startswith(ATTRIBUTE)]
        numbers = [name for name in kinds if name not in keys]
        by, listed = (", ".join(map(quoted, names)) for names in (keys, numbers))
        less = ", ".join(f"-{quoted(name)}" for name in numbers)
        summed = ", ".join(f"CAST(sum({quoted(name)}) AS {kinds[name]}) AS {quoted(name)}" for name in numbers)
        kept = f"WHERE \"on\" >= DATE '{first_day(months_over(self.now.as_of).start)}'"
        self.con.execute(
            f"CREATE OR REPLACE TABLE {self._cube} AS SELECT {by}, {summed} FROM ("
            f"SELECT {by}, {listed} FROM {self._cube} {kept} UNION ALL SELECT {by}, {listed} FROM {_IN} {kept} "
            f"UNION ALL SELECT {by}, {less} FROM {_OUT} {kept}) GROUP BY {by} HAVING sum({CELLS}) <> 0"
        )
