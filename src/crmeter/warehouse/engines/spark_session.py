"""The canonical tables that lie where Spark reads them, opened for measuring."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.extras import library
from crmeter.kernel.messages import t
from crmeter.model.table import Kind, Table
from crmeter.model.tables import TABLES
from crmeter.warehouse.engines import canonical
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.engines.spark import Spark, word
from crmeter.warehouse.engines.spark_places import MONTH, in_build, last_build, place_of, ticked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DATABASE = "default"  # unless another is named
CLASSIC, CONNECT = "spark://", "sc://"
CONNECT_PORT = 15002  # unless the address names another
_WAIT = 15  # seconds for somebody to answer
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what does not fit is an error, never a null
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.variable.substitute": "false",  # what a user writes is no variable
}
_LOCAL = {  # of a session on this machine alone
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
}
_WHOLE = ("tinyint", "smallint", "int", "bigint")
_FITTING = {  # the types whose values are values of the canonical type, each and exactly
    "VARCHAR": ("string",),
    "BIGINT": _WHOLE,
    "DOUBLE": (*_WHOLE, "float", "double", "decimal"),
    "BOOLEAN": ("boolean",),
    "DATE": ("date",),
    "TIMESTAMP": ("timestamp", "timestamp_ntz"),
}


@dataclass(frozen=True)
class Column:
    """A column as it lies there, with its type as Spark writes it."""

    name: str
    written: str

    def fits(self, kind: str) -> bool:
        own = re.sub(r"^(var)?char\(.*", "string", self.written)
        if kind.startswith("DECIMAL"):
            digits = re.fullmatch(r"decimal\((\d+),(\d+)\)", own)
            return own in _WHOLE or bool(digits and int(digits[2]) <= 4)
        return own.partition("(")[0] in _FITTING[kind]

    def selected(self, kind: str) -> str:
        return f"CAST({ticked(self.name)} AS {word(kind)})"


@contextmanager
def connected(url: str) -> Iterator[tuple[SparkSession, bool]]:
    """A session, and whether Spark ends with it. Raises ServerError where Spark cannot be reached or does not do what
    is asked, and UserError where it lacks the reader of a format."""
    failures = errors()
    own: Any = None
    try:
        session, own = _session(url)
        for name, value in _SETTINGS.items():
            session.conf.set(name, value)
        yield session, own is not None and not url.startswith(CONNECT)
    except failures as error:
        if missing := re.search(r"DATA_SOURCE_NOT_FOUND\] Failed to find the data source: (\S+)\.", str(error)):
            raise _no_reader(missing[1]) from error
        raise ServerError(said(error)) from error
    finally:
        if own is not None:
            own.stop()


@contextmanager
def opened(url: str, schema: str | None) -> Iterator[Spark]:
    """A session that shows the canonical tables of ``schema``: a database of the catalog, or a folder of tables.

    Raises UserError where the tables do not have the canonical columns, and what :func:`connected` does.
    """
    with connected(url) as (session, _):
        engine = Spark(session)
        _show_tables(engine, session, schema or DATABASE)
        yield engine


def errors() -> tuple[type[Exception], ...]:
    """What a session raises; that of Spark Connect besides what its channel does."""
    found = [library("pyspark.errors", "spark").PySparkException, library("py4j.protocol", "spark").Py4JError]
    if find_spec("grpc"):
        found.append(library("grpc", "spark").RpcError)
    return tuple(found)


def said(error: Any) -> str:
    """The first line of what Spark says, without the places in its code."""
    first = getattr(error, "java_exception", None)
    text = str(first.getMessage() if first is not None else error).strip() or type(error).__name__
    return text.splitlines()[0]


def _no_reader(name: str) -> UserError:
    return UserError.of(
        t("Spark has no reader for “{format}”.", format=name),
        t("The jars of that format are not among those of its session."),
        t("Name its package in spark-defaults.conf, spark.jars.packages, as for any other program."),
    )


def find_java() -> None:
    """Let the driver find Java. Raises UserError where there is none."""
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")):
        raise UserError.of(
            t("Spark on this machine needs Java, and there is none."),
            t("JAVA_HOME is {folder}.", folder=home) if home else "",
            t("Install Java 17 or 21 and let JAVA_HOME name its folder, or let [engine] url name a Spark Connect "
              "server: sc://HOST:15002"),
        )  # fmt: skip


def _reach(url: str) -> None:
    """Raise ServerError where nobody answers at the address: Spark itself would go on trying for minutes."""
    place = re.fullmatch(r"(?:sc|spark)://(?:[^@/]*@)?([^/:;\[\]]+):(\d+)(?:/.*)?", url)
    host, port = place.groups() if place else (re.sub(r"[/;:].*", "", url.removeprefix(CONNECT)), CONNECT_PORT)
    if place or url.startswith(CONNECT):
        try:
            socket.create_connection((host, int(port)), timeout=_WAIT).close()
        except OSError as error:
            raise ServerError(f"{host}:{port}: {error.strerror or error}") from error


def _session(url: str) -> tuple[SparkSession, SparkSession | None]:
    """A session of its own, and what is to be stopped at its end: nothing where Spark was running before."""
    sessions: Any = library("pyspark.sql", "spark").SparkSession
    builder = sessions.builder.appName("crmeter")
    _reach(url)
    if url.startswith(CONNECT):
        found = builder.remote(url).create()
        return found, found
    running = sessions.getActiveSession()
    if running is not None:
        return running.newSession(), None
    find_java()
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    master = url.removeprefix(CLASSIC).strip("/")
    if master.startswith("local"):
        builder = builder.master(master)
        for name, value in _LOCAL.items():
            builder = builder.config(name, value)
    elif master:
        builder = builder.master(url if ":" in master else master)
    found = builder.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "ERROR").getOrCreate()
    return found, found


def _show_tables(engine: Spark, session: SparkSession, schema: str) -> None:
    """A view of every canonical table, with the canonical columns and types."""
    place = place_of(session, schema)
    load = last_build(place)
    found = {table.name: place.find(in_build(table.name, load)) for table in TABLES}
    rows = {name: each for name, each in found.items() if each is not None}
    there = {name: _columns(table) for name, table in rows.items()}
    canonical.check(schema, there)
    if load is None:  # what is built here lies in its month
        raise_if_any(problem for table in TABLES if table.name in rows for problem in _astray(table, rows[table.name]))
    for table in TABLES:
        known: Mapping[str, Column] = there.get(table.name, {})
        columns = dict(canonical.columns(table, known))
        shown = [
            f"{known[name].selected(kind) if name in known else _null(kind)} AS {ticked(name)}"
            for name, kind in columns.items()
        ]
        if MONTH in known:
            shown.append(MONTH)
        here = rows[table.name] if known else session.sql("SELECT 1 WHERE false")
        engine.show(table.name, columns, here.selectExpr(*shown))


def _astray(table: Table, rows: DataFrame) -> Iterator[Problem]:
    """What keeps the files of a table from lying by the month of its business date."""
    if MONTH not in rows.columns:
        return
    place = f"{table.name}.{MONTH}"
    day = next((c.business_date for c in table.columns if c.kind is Kind.INSTANT), None)
    if day is None or dict(rows.dtypes)[MONTH] != "date":
        yield Problem(t("{column} is to be the first day of the month of {day}.", column=place, day=day or "–"))
        return
    elsewhere = f"trunc({ticked(day)}, 'MM') IS DISTINCT FROM {MONTH}"
    count = rows.filter(elsewhere).count()
    if count:
        yield Problem(
            t("{column} is to be the first day of the month of {day}. In {count} rows it is not.",
              column=place, day=day, count=count),
            t("Rows would be looked for where they are not."),
            t("Write the table again, by the month that each row’s {day} is in.", day=day),
        )  # fmt: skip


def _columns(rows: DataFrame) -> dict[str, Column]:
    return {field.name: Column(field.name, field.dataType.simpleString()) for field in rows.schema.fields}


def _null(kind: str) -> str:
    return f"CAST(NULL AS {word(kind)})"
