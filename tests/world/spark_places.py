"""Raw tables for Spark: a folder of Parquet, or a database of its catalog."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crmeter.warehouse.engines.spark import Spark
from crmeter.warehouse.engines.spark_places import in_build, last_build, place_of
from crmeter.warehouse.identifier import quoted
from tests.spark_machine import URL
from tests.world.in_place import Tables


@dataclass(frozen=True)
class OnSpark:
    """Raw tables in ``raw``, the canonical ones in ``target``; both are folders or databases."""

    engine: Spark
    folder: Path
    raw: str
    target: str
    url: str = URL

    def lay(self, tables: Tables) -> None:
        """Every second table is a folder, the others are files. Nothing between two commas is no value."""
        self.folder.mkdir()
        for place, (name, rows) in enumerate(tables.items()):
            file = self.folder / f"{name}.parquet"
            if place % 2 == 0:
                file = self.folder / name / "rows.parquet"
                file.parent.mkdir()
            given = [{key: value or None for key, value in row.items()} for row in rows]
            columns = ", ".join(f"{quoted(column)} VARCHAR" for column in rows[0])
            with duckdb.connect() as con:
                con.execute(f"CREATE TABLE t ({columns})")
                shape = json.dumps([dict.fromkeys(rows[0], "VARCHAR")])
                read = "INSERT INTO t SELECT unnest(from_json($rows::JSON, $shape), max_depth := 2)"
                con.execute(read, {"rows": json.dumps(given), "shape": shape})
                con.execute(f"COPY t TO '{file}' (FORMAT parquet)")
            if "/" not in self.raw:
                self.engine.execute(f"CREATE DATABASE IF NOT EXISTS {self.raw}")
                of = file if file.parent == self.folder else file.parent
                self.engine.execute(f"CREATE TABLE {self.raw}.`{name}` USING parquet LOCATION '{of}'")

    def rows(self, columns: str, table: str) -> Iterable[tuple[Any, ...]]:
        place = place_of(self.engine._session, self.target)
        found = place.find(in_build(table, last_build(place)))
        if found is None:  # of a table without rows nothing is written
            return []
        found.createOrReplaceTempView("asked")
        return self.engine.execute(f"SELECT {columns} FROM asked")
