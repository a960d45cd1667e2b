"""A snapshot is read as it was written, or not at all."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period
from crmeter.snapshots import identity, snapshot
from crmeter.snapshots.snapshot import Answered, Snapshot, place_of, write
from crmeter.snapshots.window import periods

KEY = {"data": "1", "program": "2"}
SUMMER = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
AUTUMN = Period(date(2025, 10, 1), date(2026, 1, 1), Grain.QUARTER)
ANSWERS = [
    Answered("revenue", SUMMER, (), [{"value": 0.1 + 0.2, "by": {}}]),
    Answered("revenue", AUTUMN, (), [{"value": 2, "by": {}}]),
    Answered("revenue", AUTUMN, ("segment",), [{"value": 1, "by": {"segment": "金卡"}}, {"value": 1, "by": {}}]),
    Answered("orders", AUTUMN, ("segment",), []),
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    found = place_of(tmp_path / "warehouse.duckdb")
    write(found, KEY, {"load": 3}, ANSWERS)
    return found


def opened(place: Path) -> Snapshot:
    found = Snapshot.opened(place)
    assert found is not None
    return found


def test_what_was_written_is_read(place: Path) -> None:
    """A number comes back to its last digit; an answer without groups is one, and no answer is none."""
    found = opened(place)
    assert found.about["load"] == 3 and found.differs(KEY) == []
    assert found.answer("revenue", SUMMER) == '[{"value":0.30000000000000004,"by":{}}]'
    assert found.answers("revenue", [SUMMER, AUTUMN]) == ('[{"value":0.30000000000000004,"by":{}},{"value":2,"by":{}}]')
    assert found.answer("orders", AUTUMN, ["segment"]) == "[]" == found.answers("orders", [AUTUMN], ["segment"])
    assert "金卡" in str(found.answer("revenue", AUTUMN, ["segment"]))
    assert found.answer("orders", AUTUMN) is None and found.answers("revenue", [SUMMER, SUMMER], ["segment"]) is None
    # the same days under another name are another period: what is said of it differs
    assert found.answer("revenue", Period(SUMMER.start, SUMMER.end)) is None
    assert sorted(path.name for path in place.parent.iterdir()) == ["warehouse.duckdb.snapshot"]


def test_a_reader_keeps_the_one_it_opened(place: Path) -> None:
    before = opened(place)
    write(place, {**KEY, "data": "other"}, {"load": 4}, [Answered("revenue", SUMMER, (), [{"value": 9}])])
    assert "0.3" in str(before.answer("revenue", SUMMER)) and before.differs(KEY) == []
    assert opened(place).differs(KEY) == ["data"] and opened(place).about["load"] == 4


def test_a_part_of_the_key_that_one_side_does_not_know_is_a_difference(place: Path) -> None:
    assert opened(place).differs({**KEY, "rules": "1"}) == ["rules"]
    assert opened(place).differs({"data": "1"}) == ["program"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE measured SET answer = replace(answer, ':2', ':3')",
        "UPDATE measured SET kpi = 'orders' WHERE split = '[]'",
    ],
)
def test_an_answer_that_is_not_as_it_was_written_is_none(place: Path, change: str) -> None:
    with sqlite3.connect(place) as con:
        con.execute(change)
    con.close()
    found = opened(place)
    for kpi in ("revenue", "orders"):
        assert found.answer(kpi, AUTUMN) is None


def test_what_it_tells_of_itself_is_as_it_was_written_or_it_is_none(place: Path) -> None:
    """A horizon of another year would make another quarter the last one."""
    write(place, KEY, {"as_of": "2026-01-01"}, ANSWERS)
    content = place.read_bytes()
    assert content.count(b'2026-01-01"') == 1
    place.write_bytes(content.replace(b'2026-01-01"', b'2024-01-01"'))
    assert Snapshot.opened(place) is None


def test_a_flipped_bit_changes_no_answer_and_stops_nobody(place: Path) -> None:
    """Of all bits that are set somewhere near what was written, each is flipped in turn."""
    before, content = opened(place), place.read_bytes()
    told, answers = before.about, [before.answer(each.kpi, each.period, each.by) for each in ANSWERS]
    for at in (at for at, byte in enumerate(content) if byte):
        place.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :])
        found = Snapshot.opened(place)
        if found is not None:
            assert found.about == told
            for each, answer in zip(ANSWERS, answers, strict=True):
                assert found.answer(each.kpi, each.period, each.by) in (answer, None)
            found.close()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 500])
def test_a_file_that_is_no_snapshot_is_none(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    assert Snapshot.opened(place) is None


def test_one_of_another_format_is_none(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Snapshot.opened(place) is not None and Snapshot.opened(place.with_name("none")) is None
    monkeypatch.setattr(snapshot, "FORMAT", snapshot.FORMAT + 1)
    assert Snapshot.opened(place) is None


def test_a_file_put_in_the_place_of_another_is_another(tmp_path: Path) -> None:
    """Even one of the same bytes, size and time, which a backup restores: what lay there between is not known."""
    path, copy = tmp_path / "data", tmp_path / "copy"
    assert identity.of_file(path) is None
    path.write_bytes(b"x" * 20_000)
    before = identity.of_file(path)
    assert before == identity.of_file(path)
    shutil.copy2(path, copy)
    copy.replace(path)
    assert identity.of_file(path) != before


def test_changes_that_are_not_in_the_file_yet_make_it_another(tmp_path: Path) -> None:
    """Who changes the warehouse by hand and is killed leaves them in a log, which DuckDB reads with the file."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as con:
        con.execute("CREATE TABLE sold AS SELECT 1 AS amount")
    before = identity.of_file(path)
    change = (
        f"import duckdb, os; c = duckdb.connect({str(path)!r}); c.execute('UPDATE sold SET amount = 2'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", change], check=False)
    with duckdb.connect(path, read_only=True) as con:
        assert con.execute("FROM sold").fetchall() == [(2,)]
    assert identity.of_file(path) != before


def test_a_program_whose_engine_is_another_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    before = identity.of_program.__wrapped__()
    assert identity.of_program.__wrapped__() == before
    monkeypatch.setattr(identity, "version", lambda name: "9.9" if name == "duckdb" else "")
    assert identity.of_program.__wrapped__() != before


def test_the_window_ends_with_the_newest_period_and_begins_with_the_data() -> None:
    """Counted by hand: on the morning of 15 February 2026 the quarter in progress is the first of 2026."""
    day = date(2026, 2, 15)
    quarters = periods({Grain.QUARTER: 3}, Calendar(), day, date(2025, 8, 10))
    assert [each.start for each in quarters] == [date(2026, 1, 1), date(2025, 10, 1), date(2025, 7, 1)]
    fiscal = periods({Grain.YEAR: 1}, Calendar(fiscal_start=(4, 1)), day)
    assert [(str(each.grain), each.start.isoformat()) for each in fiscal] == [
        ("year", "2026-01-01"), ("year", "2025-01-01"), ("fiscal_year", "2025-04-01"), ("fiscal_year", "2024-04-01"),
    ]  # fmt: skip
