"""The demo company across Spring Festival: the same dates mislead, the same days around the festival do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crmeter.app.ingesting import ingest
from crmeter.app.settings import open_workspace
from crmeter.demo import create
from crmeter.evaluation.evaluate import Scope, evaluate
from crmeter.kernel.calendar import Calendar
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse, reading

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
PLAIN, ALIGNED = Calendar(), Calendar(spring_festival=True)
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, Rules]]:
    """The orders of a company without stories: it grows, and the festival moves."""
    folder = tmp_path_factory.mktemp("festival")
    create(folder, seed=3, customers=6_000, stories=())
    workspace = open_workspace(folder, {})
    ingest(workspace, ["shop"])
    with reading(workspace.warehouse) as found:
        yield found, workspace.rules


def growth(shop: tuple[Warehouse, Rules], calendar: Calendar, name: str) -> float:
    """Sales growth on the same period a year before."""
    warehouse, rules = shop
    period, kpi = calendar.parse(name, TODAY), BY_ID["sales_growth.year"]
    found = measure(warehouse, replace(rules, calendar=calendar), Request([kpi], [period])).value(kpi, period)
    assert found.value is not None
    return found.value


def test_by_the_same_dates_january_grew_more_than_the_business_and_february_less(
    shop: tuple[Warehouse, Rules],
) -> None:
    quarter = growth(shop, PLAIN, "2025-Q1")
    plain = [growth(shop, PLAIN, month) - quarter for month in ("2025-01", "2025-02")]
    aligned = [growth(shop, ALIGNED, month) - quarter for month in ("2025-01", "2025-02")]
    assert plain[0] > 0 > plain[1]
    assert max(map(abs, aligned)) < max(map(abs, plain))
    assert abs(aligned[0] - aligned[1]) < (plain[0] - plain[1]) / 2


def test_the_week_of_the_festival_is_held_against_the_week_of_the_festival(shop: tuple[Warehouse, Rules]) -> None:
    # 27 January to 2 February 2025; a year before the shop was closed from 8 to 14 February
    assert ALIGNED.year_before(ALIGNED.parse("2025-W05", TODAY)).start == date(2024, 2, 8)
    assert growth(shop, PLAIN, "2025-W05") < growth(shop, ALIGNED, "2025-W05")


def moved(document: dict[str, Any], to: str) -> set[str]:
    """The KPIs of findings that rest on a comparison."""
    told = [each for f in document["findings"] for each in (f, *f["also"])]
    return {each["kpi"] for each in told if each["comparison"] == to}


def test_an_evaluation_of_february_does_not_take_the_season_for_news(shop: tuple[Warehouse, Rules]) -> None:
    warehouse, rules = shop
    kpis = [BY_ID[id] for id in ("purchase_frequency", "orders", "repeat_purchase_rate", "average_order_value")]
    documents = {}
    for calendar in (PLAIN, ALIGNED):
        scope = Scope(calendar.parse("2025-02", TODAY))
        own = replace(rules, calendar=calendar)
        documents[calendar] = evaluate(warehouse, own, scope, name="Shop", id="2025-02-1", kpis=kpis)
    assert "orders" in moved(documents[PLAIN], "previous")  # fewer than in January, as every year
    assert documents[ALIGNED]["base"]["year"]["start"] == "2024-02-13"
    aside = {told["kpi"] for told in documents[ALIGNED]["season"]["set_aside"]}
    assert moved(documents[ALIGNED], "previous") == moved(documents[PLAIN], "previous") - aside
