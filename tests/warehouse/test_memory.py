"""Memory is bounded by a setting: what is more goes to the disk, and where that does not do it is said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from crmeter.app.settings import open_workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure, ranks
from crmeter.warehouse import derive, schema
from crmeter.warehouse.duck import reading
from crmeter.warehouse.memory import bound_memory, bounds, sweep_spills
from crmeter.warehouse.publish import writing
from tests.world.engine import RULES, designed, warehouse
from tests.world.rows import AS_OF

IN_ORDER = "SELECT max(x) FROM (SELECT hash(range) AS x, row_number() OVER (ORDER BY hash(range)) AS n FROM range({n}))"
QUARTER = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
AT_ONCE = "SELECT len(list(hash(range))) FROM range(10_000_000)"  # one value of 80 MB: no disk helps


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    bound_memory(None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A published warehouse with no rows."""
    place = tmp_path / "warehouse.duckdb"
    with writing(place) as con:
        schema.create(con)
        derive.refresh(con, RULES, AS_OF)
    return place


def test_what_does_not_fit_goes_to_the_disk_and_comes_out_the_same(path: Path) -> None:
    found = []
    for size in (None, 30_000_000):
        bound_memory(size)
        with reading(path) as warehouse:
            [(limit,)] = warehouse.execute("SELECT current_setting('memory_limit')")
            found.append(warehouse.execute(IN_ORDER.format(n=2_000_000)))
    assert limit == "28.6 MiB"
    assert found[0] == found[1]
    assert list(path.parent.glob("*.spill")) == []


def test_what_cannot_be_done_with_so_little_is_said_with_the_setting(path: Path) -> None:
    bound_memory(30_000_000)
    with pytest.raises(UserError) as raised, reading(path) as warehouse:
        warehouse.execute(AT_ONCE)
    assert "[engine]" in str(raised.value) and "30 MB" in str(raised.value)


def test_rows_are_forgotten_once_their_ranks_are_read() -> None:
    world, con = warehouse(designed())
    with con:
        median = [kpi for kpi in CATALOGUE if kpi.id == "first_response_hours.median"]
        assert measure(world, RULES, Request(median, [QUARTER])).value(median[0], QUARTER).n
        columns = con.execute("SELECT column_name FROM duckdb_columns() WHERE table_name LIKE 'kept_%'").fetchall()
    assert ("forgotten",) in columns and ("first_response_hours",) not in columns


def test_ranks_of_many_rows_are_those_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many rows the slices are put in order one after another."""
    world, con = warehouse(designed())
    with con:
        median = [kpi for kpi in CATALOGUE if kpi.id == "first_response_hours.median"]
        asked = Request(median, [QUARTER], ((), ("channel",), ("customer.segment",)))
        found = []
        for most in (ranks.MOST_ROWS, 0):
            monkeypatch.setattr(ranks, "MOST_ROWS", most)
            with world.recording() as statements:
                measured = measure(world, RULES, asked)
            values = [
                measured.value(median[0], QUARTER, names, group)
                for names in asked.slices
                for group in measured.groups(median[0], QUARTER, names)
            ]
            found.append((len(statements), [(each.by, each.value, each.n) for each in values]))
    assert len(found[0][1]) > 4
    assert found[1] == (found[0][0] + 2, found[0][1])


def test_a_load_that_needs_more_leaves_the_one_before(path: Path) -> None:
    before = path.read_bytes()
    bound_memory(30_000_000)
    with pytest.raises(UserError) as raised, writing(path) as con:
        con.execute(AT_ONCE)
    assert "30 MB" in str(raised.value)
    assert path.read_bytes() == before


def test_what_a_killed_reader_left_on_the_disk_is_removed(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    left, own = (path.with_name(f"{path.name}.{pid}.spill") for pid in (done.stdout.strip(), os.getpid()))
    for folder in (left, own):
        (folder / "rows").mkdir(parents=True)
    sweep_spills(path)
    assert not left.exists()
    assert own.exists()


def test_the_setting_is_read(tmp_path: Path) -> None:
    own = '[workspace]\nname = "Acme"\ncurrency = "TWD"\ntimezone = "Asia/Taipei"\n\n[engine]\nmemory = "{size}"\n'
    (tmp_path / "crmeter.toml").write_text(own.format(size="1.5 GB"), "utf-8")
    assert open_workspace(tmp_path, {}).memory == 1_500_000_000
    assert bounds(tmp_path / "w")["memory_limit"] == "1500000000B"
    (tmp_path / "crmeter.toml").write_text(own.format(size="plenty"), "utf-8")
    with pytest.raises(UserError) as raised:
        open_workspace(tmp_path, {})
    assert "plenty" in str(raised.value) and '"4 GB"' in str(raised.value)
