"""Days whose holidays nobody has published: they count by the weekday, and that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from crmeter.app.ingesting import ingest
from crmeter.app.settings import open_workspace
from crmeter.kernel.messages import speaking
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.reports import words
from crmeter.warehouse.business_days import years_unknown
from tests.world.engine import RULES, warehouse
from tests.world.workspace import SETTINGS

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
AS_OF = date(2027, 3, 1)
YEAR = Period(date(2026, 12, 1), date(2027, 2, 1))


def case(name: str, opened: str, answered: str = "") -> dict[str, str]:
    return {"case_id": name, "opened_at": opened, "first_response_at": answered, "kind": "question"}


CASES = [
    case("known", "2026-12-30 10:00", "2026-12-30 11:00"),  # a Wednesday: one hour
    case("half", "2026-12-31 17:00", "2027-01-04 10:00"),  # Thursday to Monday; 1 January counts as a Friday: 1 + 8 + 1
    case("unknown", "2027-01-05 10:00", "2027-01-05 12:00"),
    case("waiting", "2027-01-06 10:00"),
]


def test_a_value_says_how_many_cases_rest_on_days_that_are_not_known() -> None:
    store, con = warehouse({"case": CASES}, RULES, AS_OF)
    kpi = BY_ID["first_response_hours.business_mean"]
    found = measure(store, RULES, Request([kpi], [YEAR])).value(kpi, YEAR)
    assert found.value == pytest.approx((1 + 10 + 2) / 3)
    assert found.reason == "holidays_unknown:3"
    assert years_unknown(con, RULES, AS_OF) == [2027]
    with speaking("en"):
        assert words.reason(found.reason) == (
            "3 cases fall on days whose holidays are not published; they count by the weekday"
        )


def test_where_all_years_are_published_nothing_is_said() -> None:
    store, con = warehouse({"case": CASES[:1]}, RULES, AS_OF)
    kpi = BY_ID["first_response_hours.business_mean"]
    assert measure(store, RULES, Request([kpi], [YEAR])).value(kpi, YEAR).reason is None
    assert years_unknown(con, RULES, AS_OF) == []


def test_a_load_says_which_years_are_not_published(tmp_path: Path) -> None:
    (tmp_path / "crmeter.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "cases.csv").write_text(
        "case_id,opened_at,kind\nold,1999-03-01 10:00,question\nnew,2025-07-01 10:00,question\n", "utf-8"
    )
    mapping = tmp_path / "mappings" / "company" / "case.sql"
    mapping.parent.mkdir(parents=True)
    mapping.write_text("SELECT case_id, opened_at, kind FROM cases", "utf-8")
    workspace = open_workspace(tmp_path, {})
    with speaking("en"):
        notes = [str(note) for note in ingest(workspace).notes]
    assert "The holidays of 1999, 2000 are not published: business hours count by the weekday there." in notes
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        assert con.execute("SELECT kind, count, text FROM meta.note").fetchall() == [
            ("holidays_unknown", 2, "1999, 2000")
        ]


def test_without_business_hours_there_are_no_business_days() -> None:
    rules = replace(RULES, working=replace(RULES.working, hours=()))
    store, con = warehouse({"case": CASES}, rules, AS_OF)
    assert con.execute("SELECT count(*) FROM derived.business_day").fetchone() == (0,)
    for kpi in CATALOGUE:
        if "business_" in kpi.id:
            found = measure(store, rules, Request([kpi], [YEAR])).value(kpi, YEAR)
            assert (found.value, found.reason) == (None, "missing_input")
