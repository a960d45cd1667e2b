"""What stands beside the values of satisfaction, service and sales, and the noise of what is there at an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from crmeter.evaluation.comparison import compare
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Better, Request, Value, measure
from crmeter.model.rules import Rules
from crmeter.stats import differences
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, Rows, designed, warehouse
from tests.world.expected_pipeline import UNDECIDED

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
AS_OF = date(2026, 1, 1)
Q3 = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
Q2 = Period(date(2025, 4, 1), date(2025, 7, 1), Grain.QUARTER)


@pytest.fixture(scope="module")
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    _, con = warehouse(designed())
    yield con
    con.close()


def values(
    con: duckdb.DuckDBPyConnection, kpi: str, by: tuple[str, ...] = (), rules: Rules = RULES
) -> dict[str | None, Value]:
    """The values of the third quarter by one dimension, in the order in which they are shown."""
    with con.cursor() as own:
        found = measure(Warehouse(own), rules, Request([BY_ID[kpi]], [Q3], (by,)))
        groups = found.groups(BY_ID[kpi], Q3, by)
        return {group[0] if group else None: found.value(BY_ID[kpi], Q3, by, group) for group in groups}


def test_stages_stand_in_the_order_of_the_pipeline_with_the_undecided_beside_them(
    world: duckdb.DuckDBPyConnection,
) -> None:
    found = values(world, "stage_conversion", ("stage",))
    assert list(found) == ["prospect", "renew", "qualify", "propose", "legacy"]  # in no pipeline: last
    for stage, opportunities in UNDECIDED.items():
        assert found[stage].reason == f"undecided:{len(opportunities)}"
    assert (found["legacy"].value, found["legacy"].reason) == (None, "missing_rows:1")


def test_quotas_of_owners_and_teams(world: duckdb.DuckDBPyConnection) -> None:
    """Ann won 400 and 1000 of 1500; bea 2000 and one without an amount of 1840; team a has no other quota than theirs;
    cem has none, but team b has one of 3000."""
    owners = values(world, "quota_attainment", ("owner_id",))
    assert owners["ann"].value == pytest.approx(1400 / 1500)
    assert owners["bea"].value == pytest.approx(2000 / 1840)
    assert (owners["cem"].value, owners["cem"].reason) == (None, "other_currency:1")  # won_in_dollars
    teams = values(world, "quota_attainment", ("team",))
    assert teams["a"].value == pytest.approx(3400 / (1500 + 1840))
    assert teams["b"].value == pytest.approx(1400 / 3000)
    assert (teams["c"].value, teams["c"].reason) == (None, "other_currency:1")


def test_weights_of_aspects(world: duckdb.DuckDBPyConnection) -> None:
    """Quality counts three times as much as price, service not at all: a (3 × 100 + 50) ÷ 4, b 75, the other survey's
    a 0, regular (3 × 25 + 75) ÷ 4 and, the day after, 100, merge_new (3 × 0 + 50) ÷ 4, nobody 100 and 0."""
    weighted = replace(RULES, csi_weights=(("quality", 3.0), ("price", 1.0)))
    found = values(world, "csi", rules=weighted)[None]
    assert found.value == pytest.approx((87.5 + 75 + 0 + 37.5 + 100 + 12.5 + 100 + 0) / 8)
    assert found.reason == "missing_rows:1"  # csi_service
    every = replace(weighted, csi_weights=(*weighted.csi_weights, ("service", 0.5)))
    assert values(world, "csi", rules=every)[None].reason == "stated_weights:3"
    assert values(world, "csi")[None].reason is None


def test_which_effort_is_good_is_a_setting() -> None:
    ces = BY_ID["ces.mean"]
    assert ces.direction(Rules("TWD")) is Better.DOWN
    assert ces.direction(Rules("TWD", ces_high_is_good=True)) is Better.UP
    assert BY_ID["nps"].direction(Rules("TWD", ces_high_is_good=True)) is Better.UP


@pytest.mark.parametrize(("high_is_good", "verdict"), [(False, "worse"), (True, "better")])
def test_more_effort_is_judged_by_that_setting(high_is_good: bool, verdict: str) -> None:
    rows = [
        {
            "response_id": f"{month} {i}",
            "survey_id": "s",
            "instrument": "ces",
            "score": str(score + i % 2),
            "scale_min": "1",
            "scale_max": "7",
            "responded_at": f"2025-{month}-10 10:00",
        }
        for month, score in (("05", 2), ("08", 5))
        for i in range(40)
    ]
    rules = replace(RULES, ces_high_is_good=high_is_good)
    opened, con = warehouse({"survey_response": rows}, rules, AS_OF)
    kpis = [BY_ID["ces.mean"]]
    found = measure(opened, rules, Request(kpis, [Q3, Q2], pairs=[(Q3, Q2)]))
    assert [c.verdict for c in compare(found, kpis, Q3, {"previous": Q2}, {})] == [verdict]
    con.close()


def test_only_what_came_and_went_is_left_to_chance() -> None:
    """100 opportunities of 10 each are open all the time; 3 of the second quarter were closed in the third, and 5 came.
    The noise of the change is theirs: 5 against 3 for cases, √(3 × 10² + 5 × 10²) for amounts."""
    lasting = [("stay", "2025-01-01", "")] * 100 + [("gone", "2025-02-01", "2025-08-01")] * 3
    lasting += [("new", "2025-09-01", "")] * 5
    rows: Rows = {
        "case": [
            {"case_id": f"{i}", "opened_at": f"{a} 10:00", "resolved_at": b and f"{b} 10:00", "kind": "question"}
            for i, (_, a, b) in enumerate(lasting)
        ],
        "opportunity": [
            {
                "opportunity_id": f"{i}",
                "created_at": f"{a} 10:00",
                "closed_at": b and f"{b} 10:00",
                "outcome": b and "won",
                "amount": "10",
                "currency": "TWD",
            }
            for i, (_, a, b) in enumerate(lasting)
        ],
    }
    opened, con = warehouse(rows, RULES, AS_OF)
    kpis = [BY_ID["open_cases"], BY_ID["pipeline_value"]]
    found = measure(opened, RULES, Request(kpis, [Q3, Q2], pairs=[(Q3, Q2)]))
    assert [found.value(kpi, Q3).value for kpi in kpis] == [105, 1050]
    assert [found.value(kpi, Q2).value for kpi in kpis] == [103, 1030]
    count, amount = (found.difference(kpi, Q3, Q2) for kpi in kpis)
    assert count == differences.counts(5, 3)
    assert amount is not None and amount.standard_error is not None
    assert (amount.change, amount.standard_error) == (20, pytest.approx(800**0.5))
    con.close()


def test_opportunities_without_an_amount_are_said() -> None:
    rows = [
        {"opportunity_id": str(i), "created_at": "2025-05-01 10:00", "amount": amount, "currency": "TWD"}
        for i, amount in enumerate(("", "7", ""))
    ]
    opened, con = warehouse({"opportunity": rows}, RULES, AS_OF)
    found = measure(opened, RULES, Request([BY_ID["pipeline_value"]], [Q3])).value(BY_ID["pipeline_value"], Q3)
    assert (found.value, found.n, found.reason) == (7, 3, "missing_rows:2")
    con.close()


def test_a_quota_of_a_period_in_progress_is_that_of_the_days_gone_by() -> None:
    """A quarter of 92 days with a quota of 920, of which 20 days are known: 200, of which 100 are won."""
    deal = {
        "opportunity_id": "1",
        "closed_at": "2025-07-05 10:00",
        "outcome": "won",
        "amount": "100",
        "currency": "TWD",
    }
    quota = {"owner_id": "x", "period_start": "2025-07-01", "period_end": "2025-10-01", "amount": "920"}
    rules = replace(RULES, as_of=date(2025, 7, 21))
    rows: Rows = {"opportunity": [deal, {**deal, "opportunity_id": "2", "closed_at": "2025-07-22 10:00"}]}
    opened, con = warehouse({**rows, "quota": [{**quota, "currency": "TWD"}]}, rules, date(2025, 7, 21))
    found = measure(opened, rules, Request([BY_ID["quota_attainment"]], [Q3])).value(BY_ID["quota_attainment"], Q3)
    assert (found.value, found.numerator, found.denominator) == (0.5, 100, 200)
    assert not found.complete
    con.close()
