"""Where tables of Spark lie: a database of its catalog, or a folder that holds a folder or a file of each table.

What is built there lies twice: a build takes the place of the one before the last, and is believed once BUILT tells of
it, in one row more. So readers see one build or the next, on any storage, and none needs to be renamed or taken away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BUILT = "crmeter_load"
"""The table of the builds there were; its presence says that the tables beside it are ours to replace."""
MONTH = "_month"
_FOLDER = re.compile(r"(?:(?P<format>[a-z]+):(?!//))?(?P<path>.*/.*)", re.DOTALL)


def ticked(*parts: str) -> str:
    """A name as Spark quotes it.

    >>> ticked("crm", "order")
    '`crm`.`order`'
    """
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)


def literal(text: str) -> str:
    """A text as Spark writes it. A dollar sign would begin a variable of its own, in whatever it stands.

    >>> print(literal("it's " + chr(36) + "{x}"))
    'it\\'s \\u0024{x}'
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024") + "'"


def in_build(table: str, load: int | None) -> str:
    """What a table of the build ``load`` is called; None is not a build of ours."""
    return table if load is None else f"{table}__{load % 2}"


class Database:
    """A database of the catalog."""

    def __init__(self, session: SparkSession, name: str) -> None:
        self._session = session
        self._parts = name.split(".")

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The tables there are, and how each is told there; empty where there is no such database."""
        return {name: name for name in self._found or ()}

    @cached_property
    def _found(self) -> list[str] | None:
        try:
            rows = self._session.sql(f"SHOW TABLES IN {ticked(*self._parts)}").collect()
        except Exception as error:
            if "SCHEMA_NOT_FOUND" not in str(error):
                raise
            return None
        return [row["tableName"] for row in rows if not row["isTemporary"]]

    def find(self, name: str) -> DataFrame | None:
        """The rows of a table; None where there is none."""
        return self._session.table(ticked(*self._parts, name)) if name in self.names else None

    def write(self, name: str, rows: DataFrame) -> None:
        """Put rows into the place of a table; they lie by MONTH where they have it, as their last column."""
        place = ticked(*self._parts, name)
        self._session.sql(f"DROP TABLE IF EXISTS {place}")
        self._create(place, rows)
        rows.write.insertInto(place)

    def append(self, name: str, rows: DataFrame) -> None:
        """Put rows to those of a table, which is made where it is not there."""
        place = ticked(*self._parts, name)
        if name not in self.names:
            self._create(place, rows)
        rows.write.insertInto(place)

    def _create(self, place: str, rows: DataFrame) -> None:
        """An empty table: what was killed while it wrote leaves one that can be dropped."""
        if self._found is None:
            self._session.sql(f"CREATE DATABASE IF NOT EXISTS {ticked(*self._parts)}")
        columns = ", ".join(f"{ticked(name)} {kind}" for name, kind in rows.dtypes)
        partitioned = f" PARTITIONED BY ({ticked(MONTH)})" if MONTH in rows.columns else ""
        self._session.sql(f"CREATE TABLE {place} ({columns}){partitioned}")


class Folder:
    """A folder of tables in a format that Spark reads by its name."""

    def __init__(self, session: SparkSession, path: str, kind: str) -> None:
        self._session = session
        self._path = path.rstrip("/")
        self._format = kind

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The tables there are, and how each is told there: by the name of its folder or file. Empty where there is no
        such folder; a table that has no file yet is not among them."""
        base = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?|(\./)+)", "", self._path) + "/"
        within = f"substring(path, instr(path, {literal(base)}) + {len(base)})"
        reader = self._session.read.format("binaryFile").option("recursiveFileLookup", "true")
        try:
            rows = reader.load(self._path).selectExpr(f"substring_index({within}, '/', 1)").distinct().collect()
        except Exception as error:
            if "PATH_NOT_FOUND" not in str(error):
                raise
            return {}
        found = sorted((str(entry) for (entry,) in rows), reverse=True)  # a folder counts, not the file of its name
        return {entry.removesuffix(f".{self._format}"): entry for entry in found}

    def find(self, name: str) -> DataFrame | None:
        """The rows of a table, told by its folder or file; None where there is none."""
        try:
            rows = self._session.read.format(self._format).load(f"{self._path}/{name}")
            rows.schema  # noqa: B018  # Spark Connect finds out here what is not there
        except Exception as error:
            if "PATH_NOT_FOUND" not in str(error):
                raise
            return None
        return rows

    def write(self, name: str, rows: DataFrame) -> None:
        """Put rows into the place of a table; they lie by MONTH where they have it."""
        self._writer(rows, "overwrite").save(f"{self._path}/{name}")

    def append(self, name: str, rows: DataFrame) -> None:
        """Put rows to those of a table, which is made where it is not there."""
        self._writer(rows, "append").save(f"{self._path}/{name}")

    def _writer(self, rows: DataFrame, mode: str) -> Any:
        writer = rows.write.format(self._format).mode(mode)
        if mode == "overwrite":  # all of it, whatever the settings of the session say
            writer = writer.option("partitionOverwriteMode", "static").option("overwriteSchema", "true")
        return writer.partitionBy(MONTH) if MONTH in rows.columns else writer


Place = Database | Folder


def place_of(session: SparkSession, schema: str) -> Place:
    """What ``schema`` names: with a slash a folder, in Parquet unless it says otherwise (``delta:/data/crm``)."""
    folder = _FOLDER.fullmatch(schema)
    if folder is None:
        return Database(session, schema)
    return Folder(session, folder["path"], folder["format"] or "parquet")


def last_build(place: Place) -> int | None:
    """The number of the newest build in a place; None where none was made there."""
    rows = place.find(BUILT)
    return None if rows is None else int(rows.selectExpr("max(load)").collect()[0][0])
