"""The table of benchmarks and the page made of it: what is missed is marked, and explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import figures, table
from scripts import performance_page


def panel(ours: float, by_hand: float) -> dict[str, Any]:
    return {"medians": {"ours": {"cpu": ours, "memory": 250.0}, "by hand": {"cpu": by_hand}}}


@pytest.fixture
def rows(tmp_path: Path) -> dict[str, table.Row]:
    """S takes 3 s where SQL by hand takes 2, ten times the rows at M 30 s and 20."""
    for customers, found in ((100_000, panel(3, 2)), (1_000_000, panel(30, 20))):
        (tmp_path / f"panel-{customers}.json").write_text(json.dumps(found), "utf-8")
    return {row.id: row for row in figures.rows(table.results(tmp_path))}


def test_a_figure_is_held_against_what_is_asked_of_its_size(rows: dict[str, table.Row]) -> None:
    assert rows["panel"].figures == {"S": 1.5, "M": 1.5}
    assert [rows["panel"].reached(size) for size in ("S", "M", "L")] == [True, False, None]  # at most 1.5, 1.25, 1.25
    assert rows["panel"].missed == ["M"]


def test_growth_is_the_exponent_of_seconds_over_rows(rows: dict[str, table.Row]) -> None:
    """Ten times the seconds for ten times the rows is 1; at S there is nothing before."""
    assert rows["growth_ours"].figures == pytest.approx({"M": 1.0})


def test_the_table_marks_what_is_missed(rows: dict[str, table.Row]) -> None:
    text = table.as_text(list(rows.values()))
    [line] = [line for line in text.splitlines() if "by hand with the same intervals  " in line and "÷" in line]
    assert " ".join(line.split("intervals")[1].split()) == "1.50 1.50 ✗ – at most 1.50 (S), 1.25 (M, L)"


def test_what_is_missed_has_its_reason(rows: dict[str, table.Row]) -> None:
    told = list(performance_page.missed([rows["panel"]], {"panel": "Money is\nexact."}))
    assert told[-1].endswith("(M). Money is exact.")
    with pytest.raises(KeyError):
        list(performance_page.missed([rows["panel"]], {}))
