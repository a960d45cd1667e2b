"""What a load changed, carried into what is derived: as much work as there are customers that it touched.

Sums cannot be corrected by what came and went alone: a first order that goes makes the second the first. So all rows of
the customers that are touched are read again, and what is derived of these customers is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial

import duckdb

from crmeter.kernel.expressions import digest, ir, tables_of
from crmeter.kernel.remembered import lasting
from crmeter.model.derivations import DERIVATIONS
from crmeter.model.populations import POPULATIONS
from crmeter.model.rollups import ROLLUPS
from crmeter.model.rules import Rules
from crmeter.model.spells import spells
from crmeter.model.tables import DELIVERED, TABLES
from crmeter.warehouse import derive
from crmeter.warehouse.business_days import refresh_business_days
from crmeter.warehouse.cube_change import CubeChange
from crmeter.warehouse.cubes import LEAST_ROWS
from crmeter.warehouse.engines.embedded import DuckDB
from crmeter.warehouse.identifier import quoted
from crmeter.warehouse.rates import refresh_rates
from crmeter.warehouse.sql import declared

TOUCHED, THEIRS = "touched_customer", "touched_id"  # customers, and all ids that count as theirs
MADE = "made_"  # before the name of a derived table: its rows of touched customers as they are now
_THEIRS_ALONE = {"order", "subscription", "spell", "customer_alias"}  # what changes of touched customers only
_UNREAD = {"order_id", "product", "product_line", "channel", "owner_id"}  # text that nothing derived so is made of
_BEFORE = {"customer_alias": "alias_before", "rate": "rate_before"}


@dataclass(frozen=True)
class Advance:
    """From the horizon ``before`` to ``as_of`` by the rows of ``load``, which the tables hold already.

    What is derived must be of this version and made by the same ``rules``, and the horizon must not go back.
    """

    con: duckdb.DuckDBPyConnection
    rules: Rules
    load: int
    before: date
    as_of: date
    least_rows: int = LEAST_ROWS  # of a rollup, below which no cube is kept

    @lasting()
    def run(self) -> None:
        """Make what is derived what :func:`crmeter.warehouse.derive.refresh` and ``roll_up`` would make of it."""
        changed = {table.name for table in TABLES if table not in DELIVERED or self._has_changed(table.name)}
        self._renew_aliases_and_rates(changed)
        refresh_business_days(self._engine, self.rules, self.as_of)
        if self.before != self.as_of:
            changed.add("business_day")
        self._find_touched()
        cube = self._cube_change()
        cube.take_out()
        if self._count(TOUCHED):
            changed.add("spell")
        self._replace("spell", spells(self._tables_of_touched(), self.rules, self.as_of))
        for rollup in ROLLUPS.values():
            horizon = derive.horizon(self.rules, self.as_of)
            self._replace(rollup.name, rollup.rows(self._tables_of_touched(), horizon))
        cube.put_in()
        self._rebuild(changed)
        self._cover(changed)

    def _cube_change(self) -> CubeChange:
        then, now = (derive.horizon(self.rules, day) for day in (self.before, self.as_of))
        return CubeChange(self.con, self.load, then, now, TOUCHED, _BEFORE["customer_alias"], MADE, self.least_rows)

    @property
    def _engine(self) -> DuckDB:
        return DuckDB(self.con)

    def _count(self, rows: str) -> int:
        [(count,)] = self.con.execute(f"SELECT count(*) FROM {rows}").fetchall()
        return int(count)

    def _has_changed(self, table: str) -> bool:
        believed, past = quoted("main", table), quoted("history", table)
        return (
            self._count(
                f"(SELECT 1 FROM (SELECT 1 FROM {believed} WHERE _load = {self.load:d} "
                f"UNION ALL SELECT 1 FROM {past} WHERE _until = {self.load:d}) LIMIT 1)"
            )
            > 0
        )

    def _renew_aliases_and_rates(self, changed: set[str]) -> None:
        """Build both anew, what they were before kept beside them."""
        for name, before in _BEFORE.items():
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {before} AS FROM {quoted('derived', name)}")
        if "customer" in changed:
            derive.derive_aliases(self._engine)
        if "fx_rate" in changed:
            refresh_rates(self._engine, self.rules.currency)
        changed.update(name for name in _BEFORE if self._count(_difference(name)))

    def _find_touched(self) -> None:
        """The customers of whom a row came, went or changed, who count as another now, or whom the days that went by
        concern; both those they counted as and those they count as."""
        parts = [*self._moved(), *self._met_by_time(), self._rated_anew()]
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {TOUCHED} AS WITH moved AS ({' UNION '.join(parts)}), "
            f"realiased AS {_difference('customer_alias')} "
            "SELECT customer_id FROM moved UNION SELECT customer_id FROM realiased UNION "
            "SELECT survivor_id FROM realiased WHERE survivor_id IS NOT NULL UNION "
            "SELECT survivor_id FROM derived.customer_alias JOIN moved USING (customer_id) "
            "WHERE survivor_id IS NOT NULL"
        )
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {THEIRS} AS SELECT customer_id AS touched_id FROM {TOUCHED} "
            f"UNION SELECT a.customer_id FROM derived.customer_alias AS a JOIN {TOUCHED} AS t "
            "ON a.survivor_id = t.customer_id"
        )

    def _moved(self) -> list[str]:
        tables = ["order", "subscription", *(["customer"] if self.rules.inactivity_by_segment else [])]
        return [
            f"SELECT customer_id FROM {quoted(schema, table)} WHERE {column} = {self.load:d}"
            for table in tables
            for schema, column in (("main", "_load"), ("history", "_until"))
        ]

    def _met_by_time(self) -> list[str]:
        """Whose spells ended, or whose planned orders and contracts came, on the days from one horizon to the next."""
        if self.before == self.as_of:
            return []
        orders, contracts = quoted("main", "order"), quoted("main", "subscription")
        found = [f"SELECT customer_id FROM {orders} WHERE ordered_on >= {_day(self.before)}"]
        for days in {self.rules.inactivity_days, *(own for _, own in self.rules.inactivity_by_segment)}:
            first, last = (day - timedelta(days=days + 1) for day in (self.before, self.as_of))
            met, later = _between("ordered_on", first, last), _between("ordered_on", last, self.before)
            found.append(  # whoever bought later, but before the horizon before, goes on beyond both horizons
                f"SELECT customer_id FROM (SELECT customer_id FROM {orders} WHERE {met}) ANTI JOIN (SELECT customer_id "
                f"FROM {orders} WHERE {later} AND kind = 'sale' AND subscription_id IS NULL) USING (customer_id)"
            )
        for column in ("started_on", "ended_on"):
            days_between = _between(column, self.before, self.as_of)
            found.append(f"SELECT customer_id FROM {contracts} WHERE {days_between}")
        return found

    def _rated_anew(self) -> str:
        orders = quoted("main", "order")
        return (
            f"SELECT customer_id FROM {orders} AS o JOIN {_difference('rate')} AS r "
            "ON o.currency = r.currency AND o.ordered_on = r.day"
        )

    @cached_property
    def _of_touched(self) -> Mapping[str, ir.Table]:
        """The orders and contracts of touched customers, read once for all that is made of them."""
        tables, theirs = self._engine.tables(), declared(THEIRS, {"touched_id": "VARCHAR"})
        found = {}
        for name in ("order", "subscription"):
            rows = tables[name].semi_join(theirs, tables[name].customer_id == theirs.touched_id)
            rows = rows.drop(*_UNREAD & {*rows.columns})
            found[name], _ = self._engine.keep(f"touched_{name}", rows, self._engine.to_sql(rows))
        return found

    def _tables_of_touched(self) -> Mapping[str, ir.Table]:
        """The tables with the orders and contracts of touched customers alone."""
        return {**self._engine.tables(), **self._of_touched}

    def _replace(self, name: str, rows: ir.Table) -> None:
        """Put ``rows`` of touched customers in the place of theirs in a derived table."""
        target, made = quoted("derived", name), MADE + name
        self._engine.keep(made, rows, self._engine.to_sql(rows))
        self.con.execute(f"DELETE FROM {target} WHERE customer_id IN (FROM {TOUCHED})")
        self.con.execute(f"INSERT INTO {target} BY NAME FROM {quoted(made)}")

    def _rebuild(self, changed: set[str]) -> None:
        """Build the other derived tables anew, those that read something else now."""
        tables = self._engine.tables()

        def made(name: str, day: date) -> ir.Table:
            return DERIVATIONS[name].rows(tables, self.rules, day)

        for name, derivation in DERIVATIONS.items():
            if _says_the_same(partial(made, name), self, changed):
                continue
            others = tables_of(made(name, self.as_of)) - _THEIRS_ALONE
            if derivation.by_customer and changed.isdisjoint(others):
                rows = derivation.rows(self._tables_of_touched(), self.rules, self.as_of)
                touched = declared(TOUCHED, {"customer_id": "VARCHAR"})
                self._replace(name, rows.semi_join(touched, "customer_id"))
            else:
                derive.rebuild(self._engine, self.rules, self.as_of, [name])
            changed.add(name)

    def _cover(self, changed: set[str]) -> None:
        """Write down anew which days there are rows for, where that can be others now."""
        rows = self.con.execute("SELECT population, first_on, last_on, rows FROM derived.coverage").fetchall()
        tables = self._engine.tables()

        def covering(name: str, day: date) -> ir.Table:
            return derive.covering(tables, name, derive.horizon(self.rules, day))

        known = {
            name: tuple(covered)
            for name, *covered in rows
            if name in POPULATIONS
            and POPULATIONS[name].table not in changed
            and _says_the_same(partial(covering, name), self, changed)
        }
        known |= derive.covered_by_rollups(self._engine)
        derive.cover(self._engine, derive.horizon(self.rules, self.as_of), known)


def _says_the_same(at: Callable[[date], ir.Table], advance: Advance, changed: set[str]) -> bool:
    """Whether what is read at a horizon has the rows it had: the same is read of tables that have not changed."""
    now = at(advance.as_of)
    return changed.isdisjoint(tables_of(now)) and digest(now) == digest(at(advance.before))


def _difference(name: str) -> str:
    """SQL of the rows that a derived table has and had not before, and those it had and has not."""
    now, before = f"SELECT * FROM {quoted('derived', name)}", f"SELECT * FROM {_BEFORE[name]}"
    return f"(({now} EXCEPT {before}) UNION ({before} EXCEPT {now}))"


def _between(column: str, first: date, end: date) -> str:
    return f"{column} >= {_day(first)} AND {column} < {_day(end)}"


def _day(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
