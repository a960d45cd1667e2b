"""The demo company as a folder of files: repeatable, mapped, with its faults, described as it is."""

from __future__ import annotations

import re
from hashlib import sha256
from math import expm1
from pathlib import Path

import pytest

from crmeter.demo import STORY_NAMES, create
from crmeter.demo.description import faults_text, stories_text
from crmeter.demo.faults import FAULTS
from crmeter.demo.people import GROWTH
from crmeter.demo.purchases import PRICE_CHANGE, PRICE_FACTOR
from crmeter.ingest.mapping.check import check
from crmeter.kernel.errors import UserError
from crmeter.model.tables import BY_NAME
from tests.demo.conftest import Company
from tests.demo.exported import lines
from tests.demo.test_planted import share

# raw tables that are not named like their file
TABLES = {f"orders_{year}": "orders" for year in range(2021, 2026)} | {"crm_ledger": "crm_ledger_帳目"}
ROOT = Path(__file__).resolve().parents[2]


def prints(directory: Path) -> dict[str, str]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): sha256(path.read_bytes()).hexdigest() for path in files}


def rows(workspace: Path, sheet: str) -> list[dict[str, str]]:
    """The rows of a sheet, by their headers."""
    found = []
    for path in sorted((workspace / "exports").glob(f"*/{sheet}[._]*")):
        header, *cells = lines(path)
        found += [dict(zip(header, row, strict=True)) for row in cells]
    return found


def test_a_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        create(tmp_path / name, seed=seed, customers=300)
    one, again, other = (prints(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    moved = {name for name in one if one[name] != other.get(name)}
    assert {name for name in one if name.startswith("exports/shop/")} <= moved
    assert not {name for name in moved if name.startswith("mappings/")}


def test_made_again_in_the_same_folder(tmp_path: Path) -> None:
    create(tmp_path / "twice", seed=3, customers=300)
    create(tmp_path / "twice", seed=4, customers=300)
    create(tmp_path / "once", seed=4, customers=300)
    assert prints(tmp_path / "twice") == prints(tmp_path / "once")


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="is not a demo company"):
        create(tmp_path, customers=300)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_wrong_wishes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no story “romance”"):
        create(tmp_path, stories=("romance",))
    with pytest.raises(UserError, match="at least 100"):
        create(tmp_path, customers=99)


def test_ends_with_2025(company: Company) -> None:
    con = company(7, STORY_NAMES)
    found = con.execute("SELECT min(booked)::VARCHAR, max(booked)::DATE::VARCHAR FROM booking").fetchone()
    assert found
    assert found[0].startswith("2021-01-")
    assert found[1] == "2025-12-31"


def test_busy_days_are_busy(company: Company) -> None:
    """11.11 sells several times a usual day of its quarter; the Lunar New Year of 2024 next to nothing."""
    daily = "SELECT count(*) FROM booking WHERE kind = '銷貨' AND booked::DATE {}"
    con = company(7, ())
    eleven = share(con, daily.format("IN ('2022-11-11', '2023-11-11', '2024-11-11', '2025-11-11')")) / 4
    autumn = share(con, daily.format("BETWEEN '2022-10-01' AND '2025-12-31' AND quarter(booked) = 4")) / (4 * 92)
    assert eleven > 2.5 * autumn
    holiday = share(con, daily.format("BETWEEN '2024-02-10' AND '2024-02-14'")) / 5
    gifts = share(con, daily.format("BETWEEN '2024-01-21' AND '2024-02-05'")) / 16
    assert gifts > 2 * holiday


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_faults_are_there(workspace: Path, fault: object) -> None:
    found = rows(workspace, fault.sheet)  # type: ignore[attr-defined]
    spoilt = sum(row[fault.column] == fault.value for row in found)  # type: ignore[attr-defined]
    assert spoilt == fault.rows  # type: ignore[attr-defined]


def test_mappings_pass_the_check(workspace: Path) -> None:
    custom = set()
    for path in sorted((workspace / "mappings").glob("*/*.sql")):
        files = (workspace / "exports" / path.parent.name).iterdir()
        raw = {TABLES.get(name := file.name.partition(".")[0], name): tuple(lines(file)[0]) for file in files}
        mapping = check(path.read_text(), path, BY_NAME[path.stem], raw)
        assert {column.name for column in mapping.table.columns if column.required} <= set(mapping.columns), path
        custom |= {(path.stem, name) for name in mapping.custom}
    assert custom == {("customer", "onboarding")}


def test_the_page_says_what_is_planted() -> None:
    page = (ROOT / "docs" / "concepts" / "demo.md").read_text("utf-8")
    assert stories_text() in page
    assert faults_text() in page
    assert f"{expm1(GROWTH):.0%} a year" in page
    assert f"On {PRICE_CHANGE} all prices in the shop rose by {PRICE_FACTOR - 1:.0%}" in page
    for path in (ROOT / "src" / "crmeter" / "demo" / "workspace" / "mappings").glob("*/*.sql"):
        assert re.search(rf"\| [^|]*\b{path.stem}\b[^|]* \|", page), path
