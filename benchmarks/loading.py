"""From CSV files to a published warehouse, against reading the same files by hand.

    python -m benchmarks.loading [--customers 100000] [--rounds 3]

Ours is ``ingest``: landing every row as it stood, deciding formats, converting, holding back what does not fit,
comparing with the load before (there is none), deriving spells and rollups, publishing.

By hand the types are known: each file is read into a typed table with its business days, keys are checked to be unique
and customers to be known, and the spells are made; nothing is kept of what was delivered.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.warehouses import warehouse_of

TABLES = ("customer", "subscription", "order", "lead", "opportunity", "case", "survey_response", "spend")
_SETTINGS = """
[workspace]
name = "Bench"
currency = "TWD"
timezone = "UTC"

[sources.files]
kind = "files"
path = "exports/*.csv"
"""


def exported(warehouse: Path) -> Path:
    """A workspace with the tables of a warehouse as CSV files, and mappings that take them as they are."""
    import duckdb

    from crmeter.model.tables import BY_NAME

    folder = warehouse.with_suffix(".workspace")
    if folder.exists():
        return folder
    (folder / "exports").mkdir(parents=True)
    (folder / "mappings" / "files").mkdir(parents=True)
    (folder / "crmeter.toml").write_text(_SETTINGS, "utf-8")
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for name in TABLES:
            delivered = [column.name for column in BY_NAME[name].columns]
            counts = ", ".join(f'count("{column}")' for column in delivered)
            [filled] = con.execute(f'SELECT {counts} FROM main."{name}"').fetchall()
            columns = ", ".join(f'"{c}"' for c, rows in zip(delivered, filled, strict=True) if rows)
            con.execute(f"COPY (SELECT {columns} FROM main.\"{name}\") TO '{folder}/exports/{name}s.csv'")
            mapping = f"SELECT\n    {columns}\nFROM {name}s\n"
            (folder / "mappings" / "files" / f"{name}.sql").write_text(mapping, "utf-8")
    return folder


def ours(folder: Path) -> Callable[[], Any]:
    from crmeter.app.ingesting import ingest
    from crmeter.app.settings import open_workspace

    return lambda: ingest(open_workspace(folder, {}))


def by_hand(folder: Path) -> Callable[[], Any]:
    import duckdb

    from crmeter.model.tables import BY_NAME
    from crmeter.warehouse import schema

    def run() -> None:
        (folder / "data").mkdir()
        with duckdb.connect(str(folder / "data" / "by_hand.duckdb")) as con:
            con.execute("SET TimeZone = 'UTC'")
            schema.create(con)
            for name in TABLES:
                _read(con, folder / "exports" / f"{name}s.csv", name, BY_NAME[name].keys[0])
            con.execute("CREATE SCHEMA derived")
            con.execute(
                "CREATE TABLE derived.customer_alias AS SELECT customer_id, merged_into AS survivor_id "
                "FROM main.customer WHERE merged_into IS NOT NULL OR deleted_at IS NOT NULL"
            )
            for statement in filter(str.strip, (harness.HERE / "spells.sql").read_text("utf-8").split(";\n")):
                con.execute(statement)
            con.execute("CREATE TABLE derived.spell AS FROM spells")
            con.execute("CHECKPOINT")

    return run


def _read(con: Any, file: Path, table: str, key: str) -> None:
    """One file into its table, with the day of every instant."""
    kinds = dict(con.execute(f'SELECT column_name, column_type FROM (DESCRIBE main."{table}")').fetchall())
    header = file.open(encoding="utf-8").readline().strip().split(",")
    typed = ", ".join(f"'{name}': '{kinds[name]}'" for name in header)
    days = ", ".join(
        f'"{name}"::DATE AS "{name[:-3]}_on"' for name in header if name.endswith("_at") and f"{name[:-3]}_on" in kinds
    )
    rows = f"SELECT *{', ' * bool(days)}{days}, 'hand' AS _source, '' AS _file, 0 AS _row, 1 AS _load"
    con.execute(
        f"INSERT INTO main.\"{table}\" BY NAME {rows} FROM read_csv('{file}', header = true, columns = {{{typed}}})"
    )
    [(twice,)] = con.execute(f'SELECT count(*) - count(DISTINCT "{key}") FROM main."{table}"').fetchall()
    unknown = 0
    if table != "customer" and "customer_id" in header:
        strangers = f'main."{table}" ANTI JOIN main.customer USING (customer_id) WHERE customer_id IS NOT NULL'
        [(unknown,)] = con.execute(f"SELECT count(*) FROM {strangers}").fetchall()
    if twice or unknown:
        raise SystemExit(f"{table}: {twice} keys stand twice, {unknown} rows are of unknown customers")


SIDES: dict[str, Callable[[Path], Callable[[], Any]]] = {"ours": ours, "by hand": by_hand}


def once(side: str, workspace: Path) -> harness.Run:
    """One load into a copy of the workspace that is thrown away; the files themselves are not copied."""
    with tempfile.TemporaryDirectory(dir=workspace.parent) as name:
        folder = Path(name) / "workspace"
        shutil.copytree(workspace, folder, ignore=shutil.ignore_patterns("exports"))
        (folder / "exports").mkdir()
        for file in (workspace / "exports").iterdir():
            (folder / "exports" / file.name).hardlink_to(file)
        found = harness.measured(SIDES[side](folder))
        size = max(file.stat().st_size for file in (folder / "data").glob("*.duckdb"))
        return {**found, "megabytes_written": size / 1e6}


def measured(path: Path, rounds: int) -> dict[str, Any]:
    workspace = exported(path)
    arguments = ("benchmarks.loading", "--workspace", workspace, "--side")
    runs = harness.take_turns({name: partial(harness.side, *arguments, name) for name in SIDES}, rounds)
    medians = harness.medians(runs)
    rows = sum(1 for name in TABLES for _ in (workspace / "exports" / f"{name}s.csv").open("rb")) - len(TABLES)
    return {"ratio": medians["ours"]["cpu"] / medians["by hand"]["cpu"], "rows": rows, "medians": medians, "runs": runs}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--workspace", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(once(asked.side, asked.workspace)))
        return 0
    found = measured(warehouse_of(asked.customers), asked.rounds)
    print(json.dumps(found["medians"], indent=1))
    harness.keep("loading", asked.customers, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
