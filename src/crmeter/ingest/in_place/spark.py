"""Building on Spark: tables beside those of the build before, which are believed when the newest build is told of.

A step that is read once is only a plan. What is read again is worked out once, and lies with the executors until it is
dropped; nothing but counts, different words and the names of columns comes to the driver.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmeter.ingest.formats.clean import BLANKS
from crmeter.ingest.in_place.site import AMOUNT, CLEAN, MOMENT, NUMBER, WHOLE, WITH_OFFSET, Built, Shape
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.table import Kind
from crmeter.model.tables import BY_NAME
from crmeter.warehouse.engines import spark_session
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.engines.spark import ticking, word
from crmeter.warehouse.engines.spark_places import BUILT, MONTH, Place, in_build, literal, place_of, ticked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "BIGINT"),
    **dict.fromkeys(("float", "double"), "DOUBLE"),
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp_ntz": "TIMESTAMP",
    "timestamp": "TIMESTAMPTZ",
}
_BY_MONTH = 100_000  # rows from which a table lies by month: files of fewer cost more than they spare
_WITHOUT_SECONDS = r"([ T][0-9]{2}:[0-9]{2})(?=[Z+-])"


@contextmanager
def at(url: str) -> Iterator[SparkSite]:
    """A session of Spark."""
    with spark_session.connected(url) as (session, ends):
        yield SparkSite(session, ends)


@dataclass(frozen=True)
class SparkSite:
    """See :class:`crmeter.ingest.in_place.site.Site`. ``ends``: whether Spark does, with the session."""

    session: SparkSession
    ends: bool = False
    dialect: str = "spark"
    places: dict[str, Place] = field(default_factory=dict)
    shapes: dict[str, _Shape] = field(default_factory=dict)

    def shape(self, schema: str) -> Shape:
        return self._shape(schema)

    def _shape(self, schema: str) -> _Shape:
        if schema not in self.shapes:
            self.shapes[schema] = _Shape(self._place(schema))
        return self.shapes[schema]

    def standing(self, schema: str) -> Collection[str]:
        in_memory = self.session.conf.get("spark.sql.catalogImplementation") == "in-memory"
        if self.ends and in_memory and "/" not in schema and "." not in schema:
            raise UserError.of(
                t("The catalog of this session is only in memory: what is built in “{schema}” would be gone with it.",
                  schema=schema),
                next=t("Let [engine] schema name a folder, or write into spark-defaults.conf: "
                       "spark.sql.catalogImplementation hive"),
            )  # fmt: skip
        return self._place(schema).names

    def _place(self, schema: str) -> Place:
        if schema not in self.places:
            self.places[schema] = place_of(self.session, schema)
        return self.places[schema]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in self._run(sql).collect()]
        except spark_session.errors() as error:
            raise ServerError(spark_session.said(error)) from error

    def _run(self, sql: str) -> DataFrame:
        return self.session.sql(ticking(sql))

    def scratch(self, name: str, sql: str, *, again: bool = True) -> Mapping[str, str]:
        try:
            rows = self._run(sql)
            if again:
                rows = rows.localCheckpoint()
            rows.createOrReplaceTempView(ticked(name))
            return _kinds(rows)
        except spark_session.errors() as error:
            raise ServerError(spark_session.said(error)) from error

    def drop(self, name: str) -> None:
        self.session.catalog.dropTempView(name)

    def path(self, schema: str, table: str) -> tuple[str, ...]:
        """The name of a view: a table may be a file."""
        name = f"{schema}: {table}"
        self._shape(schema).table(table).createOrReplaceTempView(ticked(name))
        return (name,)

    def named(self, schema: str, table: str) -> str:
        return ticked(*self.path(schema, table))

    def literal(self, text: str) -> str:
        return literal(text)

    def text(self, value: str, kind: str) -> str:
        if kind == CLEAN:
            return value
        plain = f"CAST({value} AS STRING)"
        if kind == "DOUBLE":  # whole numbers without .0, as they are written elsewhere
            whole = f"{value} = rint({value}) AND abs({value}) < 9007199254740992"
            plain = f"CASE WHEN {whole} THEN CAST(try_cast({value} AS BIGINT) AS STRING) ELSE {plain} END"
        return f"nullif(trim(BOTH {literal(BLANKS)} FROM {plain}), '')"

    def matches(self, text: str, pattern: str) -> str:
        return f"{text} RLIKE {literal(pattern)}"

    def replaced(self, text: str, pattern: str, by: str) -> str:
        """All matches are: patterns match once, since they begin or end a text."""
        found = re.sub(r"\\(?=[0-9])", "$", by)
        return f"regexp_replace({text}, {literal(pattern)}, {literal(found)})"

    def moment(self, value: str, kind: str, zone: str) -> str:
        if kind == "TIMESTAMPTZ":
            return f"CAST({value} AS TIMESTAMP_NTZ)"
        if kind in ("TIMESTAMP", "DATE"):
            return _shifted(f"CAST({value} AS TIMESTAMP_NTZ)", zone, "UTC")
        text = self.text(value, kind)
        local = _shifted(f"try_cast({text} AS TIMESTAMP_NTZ)", zone, "UTC")
        either = f"CASE WHEN {self.matches(text, WITH_OFFSET)} THEN {self._exact(text)} ELSE {local} END"
        return f"CASE WHEN {self.matches(text, MOMENT)} THEN {either} END"

    def _exact(self, text: str) -> str:
        """The UTC instant of a text with an offset, which is read only after seconds."""
        full = self.replaced(text, _WITHOUT_SECONDS, r"\1:00")
        return f"CAST(try_cast({full} AS TIMESTAMP_LTZ) AS TIMESTAMP_NTZ)"

    def day_of(self, instant: str, zone: str) -> str:
        return f"CAST({_shifted(instant, 'UTC', zone)} AS DATE)"

    def day(self, value: str, kind: str, zone: str) -> str:
        if kind == "TIMESTAMPTZ":
            return self.day_of(self.moment(value, kind, zone), zone)
        if kind in ("TIMESTAMP", "DATE"):
            return f"CAST({value} AS DATE)"
        text = self.text(value, kind)
        local, plain = self.day_of(self._exact(text), zone), f"try_cast(substring({text}, 1, 10) AS DATE)"
        either = f"CASE WHEN {self.matches(text, WITH_OFFSET)} THEN {local} ELSE {plain} END"
        return f"CASE WHEN {self.matches(text, MOMENT)} THEN {either} END"

    def money(self, value: str, kind: str) -> str:
        if kind in ("BIGINT", "DECIMAL", "DOUBLE"):
            return f"CASE WHEN {_below(value, '1e14')} THEN try_cast({value} AS DECIMAL(18, 4)) END"
        text = self.text(value, kind)
        return f"CASE WHEN {self.matches(text, AMOUNT)} THEN try_cast({text} AS DECIMAL(18, 4)) END"

    def number(self, value: str, kind: str) -> str:
        if kind in ("BIGINT", "DECIMAL", "DOUBLE"):
            number = f"CAST({value} AS DOUBLE)"  # what is no number counts as larger than all others
            return f"CASE WHEN abs({number}) < CAST('Infinity' AS DOUBLE) THEN {number} END"
        text = self.text(value, kind)
        return f"CASE WHEN {self.matches(text, NUMBER)} THEN try_cast({text} AS DOUBLE) END"

    def whole(self, value: str, kind: str) -> str:
        if kind == "BIGINT":
            return value
        if kind in ("DECIMAL", "DOUBLE"):
            whole = f"{value} = floor({value}) AND {_below(value, '1e18')}"
            return f"CASE WHEN {whole} THEN try_cast({value} AS BIGINT) END"
        text = self.text(value, kind)
        exact = f"try_cast(try_cast({text} AS DECIMAL(38, 9)) AS BIGINT)"
        return f"CASE WHEN {self.matches(text, WHOLE)} THEN {exact} END"

    def typed(self, value: str, kind: str) -> str:
        return f"CAST({value} AS {word(kind)})"

    def attribute(self, value: str, kind: str) -> str:
        if kind == "TIMESTAMPTZ":
            return f"CAST({value} AS TIMESTAMP_NTZ)"
        if kind == "VARCHAR":
            return self.text(value, kind)
        return f"CAST({value} AS {word('DOUBLE' if kind == 'DECIMAL' else kind)})"

    def publish(self, schema: str, load: int, tables: Sequence[Built]) -> None:
        """Large tables lie by the month of their business date, in files of a size that suits."""
        place = self._place(schema)
        for table in tables:
            name = in_build(table.name, load)
            if table.name == BUILT:
                place.append(BUILT, self._run(table.sql))
            elif table.rows or name in place.names:
                place.write(name, self._run(_laid(table)))


class _Shape(Shape):
    """The tables of a place. Their columns are looked up where somebody asks for them: there may be very many."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._read: dict[str, DataFrame] = {}

    def table(self, name: str) -> DataFrame:
        if name not in self._read:
            rows = self._place.find(self._place.names[name])
            if rows is None:
                raise ServerError(f"{name}: it was there, and is not any more")
            self._read[name] = rows
        return self._read[name]

    def __getitem__(self, table: str) -> Mapping[str, str]:
        return _kinds(self.table(table))

    def __contains__(self, table: object) -> bool:
        return table in self._place.names

    def __iter__(self) -> Iterator[str]:
        return iter(self._place.names)

    def __len__(self) -> int:
        return len(self._place.names)


def _kinds(rows: DataFrame) -> Mapping[str, str]:
    """Columns and the families of their types, as DuckDB calls them."""
    return {
        name: _KINDS.get(kind, "DECIMAL" if kind.startswith("decimal") else "VARCHAR") for name, kind in rows.dtypes
    }


def _shifted(naive: str, zone: str, to: str) -> str:
    """A local time as one of another zone: of two moments of that name the first, as in every other load."""
    return f"convert_timezone({literal(zone)}, {literal(to)}, {naive})"


def _below(value: str, limit: str) -> str:
    """Whether a number is nearer to zero; the smallest whole number has no absolute value."""
    return f"{value} > -{limit} AND {value} < {limit}"


def _laid(table: Built) -> str:
    """The rows of a table, as their files are to lie."""
    model = BY_NAME.get(table.name)
    instants = [c for c in model.columns if c.kind is Kind.INSTANT] if model else []
    if table.rows < _BY_MONTH:
        return f"SELECT /*+ REBALANCE */ * FROM ({table.sql})"
    if not instants or not instants[0].required:
        return table.sql
    month = f"CAST(trunc({ticked(instants[0].business_date)}, 'MM') AS DATE) AS {ticked(MONTH)}"
    return f"SELECT /*+ REBALANCE({ticked(MONTH)}) */ * FROM (SELECT *, {month} FROM ({table.sql}))"
