"""An evaluation across Spring Festival is not fooled by it: a shop that sells twice as much in the three weeks before
the festival, nearly nothing in its week, and else the same every day of every year."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from crmeter.evaluation.evaluate import Scope, evaluate
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import speaking
from crmeter.kernel.working_time import WorkingTime
from crmeter.kpis import CATALOGUE
from crmeter.kpis.cards import card
from crmeter.model.rules import Rules
from crmeter.reports.renderers import render
from crmeter.warehouse import derive
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import warehouse

FIRST, AS_OF = date(2023, 1, 1), date(2026, 4, 1)
FESTIVALS = [date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17)]
PLAIN = Rules("TWD", "Asia/Taipei")
ALIGNED = replace(PLAIN, calendar=Calendar(spring_festival=True))
KPIS = [kpi for kpi in CATALOGUE if kpi.id in ("orders", "revenue", "sales_growth.year")]


def busy(day: date) -> float:
    """How much is sold on a day, against an ordinary one."""
    for festival in FESTIVALS:
        distance = (day - festival).days
        if -21 <= distance < 0:
            return 2.0
        if 0 <= distance < 7:
            return 0.1
    return 1.0


def sold(con: duckdb.DuckDBPyConnection, *, less_from: date | None = None) -> None:
    """Orders of every day, a third fewer from a day on if one is given."""
    rng = np.random.default_rng(7)
    days = [FIRST + timedelta(days=n) for n in range((AS_OF - FIRST).days)]
    level = [8 * busy(day) * (0.67 if less_from and day >= less_from else 1.0) for day in days]
    counts = json.dumps([{"day": str(day), "n": int(n)} for day, n in zip(days, rng.poisson(level), strict=True)])
    con.execute(
        """INSERT INTO main."order" (order_id, customer_id, ordered_at, ordered_on, amount, currency, kind)
        SELECT id, 'c' || hash(id) % 2000, day + INTERVAL 4 HOUR, day, 500 + hash('a' || id) % 1000, 'TWD', 'sale'
        FROM (SELECT day, day || '-' || unnest(range(n)) AS id FROM
        (SELECT unnest(from_json($counts::JSON, '[{"day": "DATE", "n": "BIGINT"}]'), recursive := true)))""",
        {"counts": counts},
    )
    con.execute('INSERT INTO main.customer (customer_id) SELECT DISTINCT customer_id FROM main."order"')
    derive.refresh(con, PLAIN, AS_OF)
    con.execute("UPDATE meta.load SET history_start = $start", {"start": FIRST})


@pytest.fixture(scope="module")
def steady() -> Warehouse:
    store, con = warehouse({}, PLAIN, AS_OF)
    sold(con)
    return store


def evaluated(store: Warehouse, rules: Rules, name: str) -> dict[str, Any]:
    period = rules.calendar.parse(name, AS_OF)
    return evaluate(store, rules, Scope(period), name="Shop", id=f"{name}-1", kpis=KPIS)


def found(document: dict[str, Any]) -> set[tuple[str, str]]:
    """(weakness or strength, KPI) of the findings, with those that say the same."""
    return {(f["kind"], kpi) for f in document["findings"] for kpi in (f["kpi"], *(a["kpi"] for a in f["also"]))}


def verdict(document: dict[str, Any], kpi: str, to: str = "year") -> str:
    return next(str(k["comparisons"][to]["verdict"]) for k in document["kpis"] if k["kpi"] == kpi)


@pytest.mark.parametrize("month, wrong", [("2026-01", "worse"), ("2026-02", "better")])
def test_the_same_dates_a_year_before_mislead(steady: Warehouse, month: str, wrong: str) -> None:
    # January 2025 held three weeks of the rush before 29 January, January 2026 five days of that before 17 February
    plain = evaluated(steady, PLAIN, month)
    assert {verdict(plain, "orders"), verdict(plain, "revenue")} == {wrong}
    assert found(plain) >= {({"worse": "weakness", "better": "strength"}[wrong], "revenue")}


@pytest.mark.parametrize("month", ["2026-01", "2026-02", "2025-01", "2025-02"])
def test_the_same_days_around_the_festival_do_not(steady: Warehouse, month: str) -> None:
    aligned = evaluated(steady, ALIGNED, month)
    assert {verdict(aligned, "orders"), verdict(aligned, "revenue")} == {"no_change"}
    assert found(aligned) == set()


def test_what_moved_with_the_season_alone_is_set_aside_and_said(steady: Warehouse) -> None:
    aligned = evaluated(steady, ALIGNED, "2025-01")
    assert verdict(aligned, "orders", "previous") == "better"  # January held the rush, December nothing of it
    assert {a["kpi"] for a in aligned["season"]["set_aside"]} >= {"orders", "revenue"}
    assert aligned["season"]["festivals"] == ["2025-01-29"]
    assert aligned["base"]["year"]["aligned"] == {
        "festival": "2025-01-29",
        "base_festival": "2024-02-10",
        "same_dates": {"start": "2024-01-01", "end": "2024-02-01"},
    }
    assert ("strength", "orders") in found(evaluated(steady, PLAIN, "2025-01"))


def test_working_days_are_counted_where_the_holidays_are_known(steady: Warehouse) -> None:
    taiwan = replace(ALIGNED, working=WorkingTime("TW"))
    document = evaluated(steady, taiwan, "2025-02")
    # February 2025: 20 weekdays, less the 28th, and the 8th, a Saturday; January: 23, less the 1st and 27th to 31st;
    # 13 February to 11 March 2024: 20 weekdays, less the 13th, 14th and 28th, and the 17th, a Saturday
    assert document["period"]["workdays"] == 20 - 1 + 1
    assert document["base"]["previous"]["workdays"] == 23 - 6
    assert document["base"]["year"]["workdays"] == 20 - 3 + 1
    with speaking("en"):
        told = render(document, "md", "en", {kpi.id: card(kpi.id, "en") for kpi in KPIS}).decode()
    assert "This period has 20 working days; the month before had 17" in told
    assert "workdays" not in evaluated(steady, ALIGNED, "2025-02")["period"]


def test_a_real_fall_is_found_all_the_same() -> None:
    store, con = warehouse({}, PLAIN, AS_OF)
    sold(con, less_from=date(2026, 1, 1))
    for month in ("2026-01", "2026-02"):
        document = evaluated(store, ALIGNED, month)
        assert verdict(document, "orders") == "worse"
        assert ("weakness", "revenue") in found(document) or ("weakness", "orders") in found(document)


def test_a_quarter_keeps_its_dates(steady: Warehouse) -> None:
    document = evaluated(steady, ALIGNED, "2026-Q1")
    assert "aligned" not in document["base"]["year"]
    assert verdict(document, "orders") == "no_change"
    assert found(document) == set()


@pytest.mark.parametrize(
    "lang, base, why",
    [
        (
            "en",
            "13 January 2025 to 9 February 2025",
            "Spring Festival was on 29 January 2025, and a year later on 17 February 2026",
        ),
        ("zh-Hant", "2025 年 1 月 13 日", "前一年的春節在 2025 年 1 月 29 日，這一年在 2026 年 2 月 17 日"),
        ("zh-Hans", "2025 年 1 月 13 日", "上一年的春节在 2025 年 1 月 29 日，这一年在 2026 年 2 月 17 日"),
    ],
)
def test_the_report_says_what_is_compared_and_why(steady: Warehouse, lang: str, base: str, why: str) -> None:
    document = json.loads(json.dumps(evaluated(steady, ALIGNED, "2026-02")))
    with speaking(lang):
        for form in ("md", "html"):
            told = render(document, form, lang, {kpi.id: card(kpi.id, lang) for kpi in KPIS}).decode()
            assert base in told
            assert why in told
