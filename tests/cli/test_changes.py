"""As reported and as known now, through the command line: one history in which every cause occurs, by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crmeter.cli.main import run
from tests.cli.conftest import CUSTOMER_SQL, Call

TOML = """[workspace]
name = "Acme"
currency = "TWD"
timezone = "Asia/Taipei"
inactivity_days = 60

[sources.shop]
path = "exports/*.csv"
"""
CUSTOMERS = "id,name,segment,merged,deleted\n1,Ann,,,\n2,Bob,,,\n3,Bobby,,,\n4,Dan,,,\n"
ORDERS = """id,customer,day,amount,currency
corrected,1,2025-08-01,100,TWD
in_dollars,1,2025-08-02,10,USD
of_bob,2,2025-08-03,1000,TWD
of_bobby,3,2025-08-04,2000,TWD
of_dan,4,2025-08-05,5000,TWD
gone,1,2025-08-06,20000,TWD
last,1,2025-09-30,1,TWD
first,1,2025-05-01,1,TWD
"""
RATES = "day,from,to,rate\n2025-08-02,USD,TWD,30\n"
NOW = """id,customer,day,amount,currency
corrected,1,2025-08-01,150,TWD
in_dollars,1,2025-08-02,10,USD
of_bob,2,2025-08-03,1000,TWD
of_bobby,3,2025-08-04,2000,TWD
of_dan,4,2025-08-05,5000,TWD
late,1,2025-09-01,70,TWD
last,1,2025-09-30,1,TWD
first,1,2025-05-01,1,TWD
next_quarter,1,2025-11-30,1,TWD
"""
MAPPINGS = {
    "customer": CUSTOMER_SQL.replace(
        "FROM", ", nullif(merged, '') AS merged_into, nullif(deleted, '') AS deleted_at FROM"
    ),
    "order": """SELECT id AS order_id, customer AS customer_id, "day" AS ordered_at, amount, currency, 'sale' AS kind
FROM orders""",
    "fx_rate": 'SELECT "day" AS "on", "from" AS from_currency, "to" AS to_currency, rate FROM rates',
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation of the third quarter, sealed while it was the newest."""
    folder = tmp_path_factory.mktemp("reported")
    write(folder, {"crmeter.toml": TOML, **{f"mappings/shop/{n}.sql": sql for n, sql in MAPPINGS.items()}})
    write(folder / "exports", {"customers.csv": CUSTOMERS, "orders.csv": ORDERS, "rates.csv": RATES})
    for words in (["ingest"], ["evaluate", "--period", "2025-Q3"]):
        assert run([*words, "-C", str(folder)]) == 0
    return folder


@pytest.fixture
def reported(sealed: Path, tmp_path: Path) -> Path:
    """The same in a folder of its own."""
    return Path(shutil.copytree(sealed, tmp_path / "acme"))


def changes(crmeter: Call, folder: Path, *kpis: str) -> dict[str, Any]:
    chosen = [word for kpi in kpis for word in ("--kpi", kpi)]
    answer = crmeter("changes", "2025-Q3-1", *chosen, "--format", "json", "-C", folder)
    assert answer.code == 0, answer.err
    return {value["kpi"]: value for value in json.loads(answer.out)["values"]}


def test_every_cause_has_its_part(reported: Path, crmeter: Call) -> None:
    """By hand: revenue of the quarter was 100 + 300 + 1000 + 2000 + 5000 + 20,000 + 1 = 28,401."""
    write(reported / "exports", {"orders.csv": NOW, "rates.csv": RATES.replace("30", "33")})
    people = CUSTOMERS.replace("3,Bobby,,,", "3,Bobby,,2,").replace("4,Dan,,,", "4,Dan,,,2025-10-05")
    write(reported / "exports", {"customers.csv": people})
    assert crmeter("ingest", "-C", reported).code == 0
    found = changes(crmeter, reported, "revenue", "customers.end", "customers.lost")
    assert found["revenue"] == {
        "kpi": "revenue",
        "then": 28_401,
        "now": 150 + 330 + 1000 + 2000 + 70 + 1,
        "parts": {"late": 70, "corrected": 50, "deleted": -25_000, "currency": 30},
    }
    # four customers at the end; Bobby is Bob, and Dan is out
    assert found["customers.end"] == {
        "kpi": "customers.end",
        "then": 4,
        "now": 2,
        "parts": {"merged": -1, "deleted": -1},
    }


def test_nothing_changed(reported: Path, crmeter: Call) -> None:
    answer = crmeter("changes", "2025-Q3-1", "--kpi", "revenue", "-C", reported)
    assert answer.out == "1 values are as they were reported (load 1, now 1).\n"


def test_time_shows_who_was_lost(reported: Path, crmeter: Call) -> None:
    """Bob's only sale, of 3 August, covers 60 days: he is seen to be gone from 3 October, when the data reach further.

    Not by the end of September, so the quarter keeps its customers; in its last days Ann alone bought again.
    """
    write(reported / "exports", {"orders.csv": ORDERS + "next_quarter,1,2025-11-30,1,TWD\n"})
    assert crmeter("ingest", "-C", reported).code == 0
    found = changes(crmeter, reported, "clv.historical_mean", "customers.end")
    assert {kpi: value["parts"] for kpi, value in found.items()} == {"clv.historical_mean": {}, "customers.end": {}}


def test_settings_are_part_of_the_definition(reported: Path, crmeter: Call) -> None:
    """With 20 days of inactivity the buyers of early August have left by October."""
    write(reported, {"crmeter.toml": TOML.replace("60", "20")})
    assert crmeter("ingest", "-C", reported).code == 0
    found = changes(crmeter, reported, "customers.end")["customers.end"]
    assert (found["then"], found["now"], found["parts"]) == (4, 1, {"definition": -3})


def test_the_table_says_why(reported: Path, crmeter: Call) -> None:
    write(reported / "exports", {"orders.csv": ORDERS.replace("100,TWD", "150,TWD")})
    assert crmeter("ingest", "-C", reported).code == 0
    answer = crmeter("changes", "2025-Q3-1", "--kpi", "revenue", "--kpi", "orders", "--lang", "zh-Hant", "-C", reported)
    assert "更正" in answer.out
    assert "50" in answer.out
    assert "有 1 個數值和當時報告的一樣" in answer.out


def test_a_changed_document_is_refused(reported: Path, crmeter: Call) -> None:
    assert crmeter("changes", "2025-Q9-1", "-C", reported).code == 1
