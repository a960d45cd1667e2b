"""The salesperson index on teams small enough to do by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import median

import pytest

from crmeter.analysis.salespeople import PEERS, Salesperson, salespeople
from crmeter.kernel.calendar import Calendar
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "Asia/Taipei")
YEAR = Calendar().parse("2025", AS_OF)


def deals(
    owner: str, won: int, lost: int, *, amount: int = 100, days: int = 20, team: str = "a"
) -> list[dict[str, str]]:
    """So many deals of one owner, closed in 2025; each amount and length differs a little, by turns."""
    rows = []
    for i in range(won + lost):
        length = days + (i % 3 - 1)
        rows.append(
            {
                "opportunity_id": f"{owner} {i}",
                "owner_id": owner,
                "team": team,
                "first_contact_at": f"2025-03-01 {10 + i % 3:02}:00",
                "closed_at": f"{date.fromordinal(date(2025, 3, 1).toordinal() + length)} 10:00",
                "outcome": "won" if i < won else "lost",
                "amount": str(amount + (i % 3 - 1)),
                "currency": "TWD",
            }
        )
    return rows


def found(rows: Rows) -> dict[str, Salesperson]:
    opened, con = warehouse(rows, RULES, AS_OF)
    people = {person.owner_id: person for person in salespeople(opened, RULES, YEAR)}
    con.close()
    return people


TEAM = {"ann": (30, 30), "bea": (36, 24), "cem": (24, 36), "dan": (33, 27), "eve": (2, 0)}


@pytest.fixture(scope="module")
def team() -> Mapping[str, Salesperson]:
    return found({"opportunity": [row for name, (won, lost) in TEAM.items() for row in deals(name, won, lost)]})


def test_two_of_two_do_not_top_the_list(team: Mapping[str, Salesperson]) -> None:
    eve = team["eve"].measures["win_rate"]
    assert eve.value == 1
    assert eve.expected < team["bea"].measures["win_rate"].expected + 0.05
    assert eve.low < 0.5 < eve.high
    assert max(team.values(), key=lambda p: p.index or 0).owner_id != "eve"
    assert team["eve"].status == "small_sample"
    assert team["bea"].status == "ok"


def test_the_median_of_the_peers_is_100(team: Mapping[str, Salesperson]) -> None:
    for measure in ("won_value", "win_rate", "sales_cycle_days"):
        scores = [person.measures[measure] for person in team.values()]
        assert scores[0].median == median(score.expected for score in scores)
        assert median(score.index or 0 for score in scores) == pytest.approx(100)


def test_win_rates_by_hand(team: Mapping[str, Salesperson]) -> None:
    """125 of 242 won, p = 0.51653, p(1 − p) = 0.24973. Σn(p_i − p)² is 60 × 0.00027 + 60 × 0.00697 + 60 × 0.01358
    + 60 × 0.00112 + 2 × 0.23374 = 1.7839, and ÷ p(1 − p) 7.143. What they have in common is
    (7.143 − 4) ÷ (242 − 14404 ÷ 242 − 4) = 0.017612: the weight of 1 ÷ 0.017612 − 1 = 55.78 deals, 28.81 of
    them won."""
    expected = {name: (won + 28.81) / (won + lost + 55.78) for name, (won, lost) in TEAM.items()}
    assert expected["bea"] == pytest.approx(64.81 / 115.78)
    for name, share in expected.items():
        assert team[name].measures["win_rate"].expected == pytest.approx(share, abs=2e-4)


def test_what_nobody_has_is_no_measure(team: Mapping[str, Salesperson]) -> None:
    assert set(team["ann"].measures) == {"won_value", "win_rate", "sales_cycle_days"}
    mean_index = sum(score.index or 0 for score in team["ann"].measures.values()) / 3
    assert team["ann"].index == pytest.approx(mean_index)


def test_a_shorter_cycle_is_better() -> None:
    rows = [*deals("fast", 40, 10, days=10), *deals("slow", 40, 10, days=40)]
    people = found({"opportunity": [*rows, *deals("middle", 40, 10, days=20)]})
    index = {name: person.measures["sales_cycle_days"].index or 0 for name, person in people.items()}
    assert index["fast"] > index["middle"] > index["slow"]
    fast = people["fast"].measures["sales_cycle_days"]
    assert (fast.index_low or 0) < (fast.index or 0) < (fast.index_high or 0)


def test_a_team_of_five_is_compared_within_itself_and_a_smaller_one_with_all() -> None:
    own = [row for i in range(PEERS) for row in deals(f"a{i}", 10 + i, 10)]
    few = [row for i in range(PEERS - 1) for row in deals(f"b{i}", 12, 10, team="b", amount=900)]
    people = found({"opportunity": [*own, *few]})
    assert (people["a0"].peers, people["a0"].peers_of) == (5, "team")
    assert (people["b0"].peers, people["b0"].peers_of) == (9, "all")


def test_contacts_and_quotas_count_where_there_are_any() -> None:
    users = [
        {"user_id": name, "name": name, "role": "sales", "team": "of the CRM", "licensed_from": "2024-01-01"}
        for name in ("ann", "bea", "service")
    ]
    contacts = [
        {"interaction_id": f"{name} {i}", "customer_id": "c", "user_id": name, "at": "2025-05-05 10:00", "kind": "call"}
        for name, count in (("ann", 50), ("bea", 10), ("service", 500))
        for i in range(count)
    ]
    quota = {"period_start": "2025-01-01", "period_end": "2026-01-01", "currency": "TWD"}
    quotas = [{**quota, "owner_id": name, "amount": str(amount)} for name, amount in (("ann", 4000), ("bea", 8000))]
    people = found(
        {
            "opportunity": [*deals("ann", 40, 10), *deals("bea", 40, 10)],
            "crm_user": users,
            "interaction": contacts,
            "quota": quotas,
            "customer": [{"customer_id": "c"}],
        }
    )
    assert set(people) == {"ann", "bea"}  # who only looks after customers sells nothing
    assert people["ann"].team == "of the CRM"
    assert people["ann"].measures["interactions"].value == 50
    assert people["ann"].measures["quota_attainment"].value == pytest.approx(1, abs=0.01)
    assert people["bea"].measures["quota_attainment"].value == pytest.approx(0.5, abs=0.01)
    assert (people["ann"].index or 0) > (people["bea"].index or 0)


def test_opportunities_of_nobody_are_nobodys() -> None:
    rows = [{**row, "owner_id": ""} for row in deals("ann", 5, 5)]
    assert found({"opportunity": rows}) == {}
