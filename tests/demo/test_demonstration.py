"""The demo company end to end: what ingest believes is what plain casts of the files give, and reports are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crmeter.app.demonstrating import FORMATS, Demonstration, demonstrate
from crmeter.demo.faults import FAULTS
from crmeter.kernel.messages import LANGUAGES
from crmeter.model.tables import BY_NAME, WRITTEN
from crmeter.model.tables import TABLES as ALL
from tests.demo.believed import build
from tests.demo.exported import lines

TABLES = tuple(table.name for table in ALL if table.name not in ("figures", *WRITTEN))  # those nobody delivers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demonstration") / "demo"


@pytest.fixture(scope="module")
def made(folder: Path) -> Demonstration:
    return demonstrate(folder, seed=7, customers=1_000)


@pytest.fixture(scope="module")
def both(folder: Path, made: Demonstration) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse that ingest published, and beside it (``plain``) the one of plain casts."""
    build(folder, folder / "plain.duckdb")
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"ATTACH '{folder / 'data' / 'warehouse.duckdb'}' AS ours (READ_ONLY)")
        con.execute(f"ATTACH '{folder / 'plain.duckdb'}' AS plain (READ_ONLY)")
        yield con


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_those_of_the_files(both: duckdb.DuckDBPyConnection, name: str) -> None:
    """Every row and every cell, both ways."""
    columns = ", ".join(f'"{column}"' for column, _ in BY_NAME[name].stored)
    ours, plain = (f'SELECT {columns} FROM {schema}.main."{name}"' for schema in ("ours", "plain"))
    assert both.execute(f"({ours}) EXCEPT ALL ({plain}) LIMIT 3").fetchall() == []
    assert both.execute(f"({plain}) EXCEPT ALL ({ours}) LIMIT 3").fetchall() == []
    assert both.execute(f"SELECT count(*) > 0 FROM ({ours})").fetchall() == [(True,)]


def test_faults_are_quarantined_one_by_one(both: duckdb.DuckDBPyConnection) -> None:
    """Besides, stages of an opportunity that is quarantined itself have nothing to belong to."""
    found = both.execute(
        """
        SELECT q.value, count(DISTINCT (q.file, q."row")) FROM ours.meta.quarantine q
        WHERE NOT (q."table" = 'stage_change' AND q.reason = 'no_such:opportunity' AND q.value <> 'P999999') GROUP BY 1
        """
    ).fetchall()
    wanted: Counter[str] = Counter()
    for fault in FAULTS:
        if fault.quarantined:
            wanted[fault.value] += fault.rows
    assert {value or "": rows for value, rows in found} == wanted


def test_every_row_of_the_files_is_accounted_for(folder: Path, made: Demonstration) -> None:
    """Records counted in the files: a row of the index of satisfaction makes four answers, one for each aspect."""
    delivered: Counter[str] = Counter()
    for path in (folder / "exports").glob("*/*"):
        delivered[path.name.partition(".")[0].split("_20")[0]] += len(lines(path)) - 1
    answers = delivered.pop("survey_answers") + 4 * delivered.pop("satisfaction_index")
    said = delivered.pop("feedback") + delivered.pop("reviews")
    shown = {row.table: (row.read, row.accepted + row.quarantined) for row in made.load.tables}
    assert sorted(read for read, _ in shown.values()) == sorted([*delivered.values(), answers, said])
    assert all(read == kept for read, kept in shown.values())


def test_last_full_quarter_is_told_in_every_language(folder: Path, made: Demonstration) -> None:
    assert made.evaluation["period"]["name"] == "2025-Q4"
    assert made.evaluation["as_of"] == "2026-01-01"
    assert made.evaluation["complete"] is True
    assert {path.name.partition(".")[2] for path in made.reports} == {f"{a}.{b}" for a in LANGUAGES for b in FORMATS}
    assert all("海風組" in path.read_text("utf-8") for path in made.reports if path.suffix == ".html")
