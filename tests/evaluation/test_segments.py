"""Where a change comes from: contributions sum to it, the planted segment stands out, and small samples do not."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from crmeter.evaluation.segments import segments
from crmeter.kernel.calendar import Calendar
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "UTC")
SECOND, THIRD = (Calendar().parse(name, AS_OF) for name in ("2025-Q2", "2025-Q3"))


def contracts(team: str, region: str, number: int, left_second: int, left_third: int) -> list[dict[str, str]]:
    ends = ["2025-05-10"] * left_second + ["2025-08-10"] * left_third
    ends += [""] * (number - len(ends))
    return [
        {
            "subscription_id": f"{team} {region} {i}",
            "customer_id": f"{team} {region} {i}",
            "started_at": "2024-01-10 12:00",
            "ended_at": f"{end} 12:00" if end else "",
            "monthly_amount": "1",
            "currency": "TWD",
        }
        for i, end in enumerate(ends)
    ]


def company() -> Rows:
    """Two teams in two regions, 1000 customers each; in the third quarter 150 of the south team's leave, not 50."""
    made = [
        *contracts("south", "a", 500, 25, 75),
        *contracts("south", "b", 500, 25, 75),
        *contracts("north", "a", 500, 25, 24),
        *contracts("north", "b", 500, 25, 26),
    ]
    people = [
        {
            "customer_id": row["customer_id"],
            "team": row["customer_id"].split()[0],
            "region": row["customer_id"].split()[1],
        }
        for row in made
    ]
    return {"subscription": made, "customer": people}


def test_contributions_sum_to_the_change_and_name_the_team() -> None:
    opened, con = warehouse(company(), RULES, AS_OF)
    kpi = BY_ID["churn_rate.cohort"]
    slices = [(), ("customer.team",), ("customer.region",)]
    found = measure(opened, RULES, Request([kpi], [SECOND, THIRD], slices=slices))
    first, *others = segments(found, kpi, THIRD, SECOND, slices[1:])
    assert first.now.by == {"customer.team": "south"}
    assert first.beyond_noise and first.exact
    assert not any(s.beyond_noise and "customer.region" in s.now.by for s in others)
    # by hand: lost 200 of 1900 now, 100 of 2000 before; south lost 150 of 950 now, 50 of 1000 before
    base = Fraction(100, 2000)
    south = (150 - base * 950) / 1900 - (50 - base * 1000) / 2000
    assert first.contribution == pytest.approx(float(south), rel=1e-12)
    north = (50 - base * 950) / 1900 - (50 - base * 1000) / 2000
    assert south + north == Fraction(200, 1900) - base
    con.close()


@pytest.mark.parametrize("id, exact", [("churn_rate.annualised", False), ("retention_rate.net", True)])
def test_only_the_parts_of_a_ratio_are_called_exact(id: str, exact: bool) -> None:
    opened, con = warehouse(company(), RULES, AS_OF)
    slices = [(), ("customer.team",)]
    found = measure(opened, RULES, Request([BY_ID[id]], [SECOND, THIRD], slices=slices))
    first = segments(found, BY_ID[id], THIRD, SECOND, slices[1:])[0]
    assert (first.now.by, first.exact) == ({"customer.team": "south"}, exact)
    con.close()


def test_a_segment_too_small_for_an_interval_is_not_beyond_noise() -> None:
    """Five cases of one team answered after weeks: a huge contribution to nothing, as five values bound no median."""
    cases = [
        {
            "case_id": f"{team} {quarter} {i}",
            "customer_id": f"{team} 1",
            "opened_at": f"{quarter} 00:00",
            "first_response_at": answered,
            "kind": "question",
        }
        for quarter, late in (("2025-05-01", "2025-05-01 02:00"), ("2025-08-01", "2025-08-30 00:00"))
        for team, number, answered in (("big", 40, f"{quarter} 02:00"), ("tiny", 5, late))
        for i in range(number)
    ]
    people = [{"customer_id": f"{team} 1", "team": team} for team in ("big", "tiny")]
    opened, con = warehouse({"case": cases, "customer": people}, RULES, AS_OF)
    kpi = BY_ID["first_response_hours.p90"]
    slices = [(), ("customer.team",)]
    found = measure(opened, RULES, Request([kpi], [SECOND, THIRD], slices=slices))
    assert found.value(kpi, THIRD).value != found.value(kpi, SECOND).value
    assert not any(s.beyond_noise for s in segments(found, kpi, THIRD, SECOND, slices[1:]))
    con.close()


def test_a_channel_whose_customers_cost_more_by_chance_does_not_stand_out() -> None:
    """Money ÷ a count: what it cost to win nine customers instead of ten is noise, however many dollars that is.

    Only the count is left to chance; the error of 90,000 ÷ 9 is 10,000 ÷ √9, where that of the money counted like
    customers would be √90,000 ÷ 9.
    """
    rows: Rows = {"customer": [], "order": [], "spend": []}
    for day, month, won in (("2025-05-10", "2025-05-01", 10), ("2025-08-10", "2025-08-01", 9)):
        for channel in ("web", "fair"):
            for i in range(won if channel == "web" else 10):
                name = f"{channel} {month} {i}"
                rows["customer"].append({"customer_id": name, "channel": channel})
                sale = {"order_id": name, "customer_id": name, "ordered_at": f"{day} 12:00", "kind": "sale"}
                rows["order"].append({**sale, "amount": "1", "currency": "TWD"})
            spent = {"spend_id": f"{channel} {month}", "spent_on": month, "amount": "90000", "currency": "TWD"}
            rows["spend"].append({**spent, "function": "marketing", "category": "advertising", "channel": channel})
    opened, con = warehouse(rows, RULES, AS_OF)
    cac = BY_ID["cac"]
    slices = [(), ("channel",)]
    found = measure(opened, RULES, Request([cac], [SECOND, THIRD], slices=slices, pairs=[(THIRD, SECOND)]))
    web = segments(found, cac, THIRD, SECOND, slices[1:])[0]
    assert (web.now.by, web.now.value, web.before.value) == ({"channel": "web"}, 10_000, 9_000)
    assert not web.beyond_noise
    assert web.p is not None and web.p > 0.5
    con.close()
