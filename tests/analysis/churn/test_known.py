"""Nothing that happens on a day or later changes what was known before it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from crmeter.analysis.churn.known import known_before
from crmeter.analysis.churn.snapshot import Snapshot, attributes_of, snapshot
from crmeter.model.rules import Rules
from tests.world.engine import warehouse

CUT_OFF, AS_OF = date(2025, 7, 1), date(2026, 1, 1)
RULES = Rules("TWD", "UTC", inactivity_days=200)
Row = dict[str, str]
Rows = dict[str, list[Row]]
NAMES = [f"c{number:02}" for number in range(40)]


def company(seed: int = 0) -> Rows:
    """Forty customers with contracts, orders, cases and answers over two years, up to the cut-off alone."""
    dice = random.Random(seed)

    def day(first: int = 0, last: int = 545) -> str:
        return str(date(2024, 1, 1) + timedelta(days=dice.randint(first, last)))

    rows: Rows = {"customer": [{"customer_id": name, "channel": dice.choice("ab")} for name in NAMES]}
    rows["subscription"] = [contract(f"s{n}", name, day(0, 300)) for n, name in enumerate(NAMES[:25])]
    rows["order"] = [order(f"o{n}", dice.choice(NAMES), day(), dice.randint(1, 99)) for n in range(120)]
    for n in range(60):  # every other one was answered within the hour
        on = day()
        answered = f"{on} 11:00" if n % 2 else ""
        kind = dice.choice(["complaint", "incident"])
        rows.setdefault("case", []).append(case(f"k{n}", dice.choice(NAMES), on, kind, answered))
    rows["survey_response"] = [answer(f"r{n}", dice.choice(NAMES), day(), dice.randint(1, 5)) for n in range(60)]
    return rows


def contract(key: str, who: str, start: str, end: str = "") -> Row:
    return {"subscription_id": key, "customer_id": who, "started_at": start, "ended_at": end, "plan": "p",
            "monthly_amount": "100", "currency": "TWD", "end_reason": "dear" if end else ""}  # fmt: skip


def order(key: str, who: str, day: str, amount: int, kind: str = "sale") -> Row:
    return {"order_id": key, "customer_id": who, "ordered_at": f"{day} 10:00", "amount": str(amount),
            "currency": "TWD", "kind": kind}  # fmt: skip


def case(key: str, who: str, day: str, kind: str, answered: str = "", resolved: str = "") -> Row:
    return {"case_id": key, "customer_id": who, "opened_at": f"{day} 10:00", "first_response_at": answered,
            "resolved_at": resolved, "kind": kind, "first_response_by": "human" if answered else ""}  # fmt: skip


def answer(key: str, who: str, day: str, score: int) -> Row:
    return {"response_id": key, "survey_id": "s", "instrument": "csat", "score": str(score), "scale_min": "1",
            "scale_max": "5", "responded_at": f"{day} 10:00", "customer_id": who}  # fmt: skip


def seen(rows: Mapping[str, Sequence[Row]]) -> Snapshot:
    opened, con = warehouse(rows, RULES, AS_OF)
    found = snapshot(opened, RULES, CUT_OFF, attributes_of(opened, RULES, ("customer.channel",)))
    con.close()
    return found


def same(one: Snapshot, other: Snapshot) -> bool:
    """Whether all that was known is alike, to the last digit."""
    numbers = all(np.array_equal(one.numbers[n], other.numbers[n], equal_nan=True) for n in one.numbers)
    days = np.array_equal(one.covered_until, other.covered_until, equal_nan=True)
    others = (one.customers, one.members, one.contract.tolist(), one.tenure_months.tolist())
    return numbers and days and others == (other.customers, other.members, other.contract.tolist(),
                                           other.tenure_months.tolist())  # fmt: skip


def planted(day: str) -> Rows:
    """The company with something of every kind that happened on ``day``, to everybody."""
    rows, everybody = company(), list(enumerate(NAMES))
    rows["order"] += [order(f"late {n}", name, day, 5000) for n, name in everybody]
    rows["order"] += [order(f"back {n}", name, day, -5000, "refund") for n, name in everybody]
    ended = [row | {"ended_at": day, "end_reason": "dear"} for row in rows["subscription"][:10]]
    rows["subscription"] = [*ended, *rows["subscription"][10:]]
    rows["subscription"] += [contract(f"late {n}", name, day) for n, name in everybody if n > 9]
    answered = {"first_response_at": f"{day} 11:00", "resolved_at": f"{day} 11:00", "first_response_by": "human"}
    rows["case"] = [row if row["first_response_at"] or row["opened_at"] < "2025-04" else row | answered
                    for row in rows["case"]]  # fmt: skip
    rows["case"] += [case(f"late {n}", name, day, kind) for n, name in everybody for kind in ("complaint", "incident")]
    rows["survey_response"] += [answer(f"late {n}", name, day, 1) for n, name in everybody]
    return rows


@pytest.fixture(scope="module")
def before() -> Snapshot:
    return seen(company())


def test_what_comes_later_changes_no_feature(before: Snapshot) -> None:
    assert same(seen(planted("2025-07-01")), before)


def test_what_came_a_day_earlier_changes_every_feature(before: Snapshot) -> None:
    """The comparison above can fail: of every source."""
    after = seen(planted("2025-06-30"))
    shared = [name for name in before.customers if name in after.customers]
    assert shared

    def told(found: Snapshot, name: str) -> list[float]:
        numbers = dict(zip(found.customers, found.numbers[name].tolist(), strict=True))
        return [-1.0 if numbers[who] != numbers[who] else numbers[who] for who in shared]

    asked = [name for name in before.numbers if name != "recommendation_last"]
    assert [name for name in asked if told(before, name) == told(after, name)] == []
    assert not after.contract.all() and after.contract.sum() != before.contract.sum()


def test_by_hand() -> None:
    """One customer: a contract since 1 March, sales of 40 and 60 (one more than a year ago), a complaint answered after
    two days, and two answers, of which the later one counts."""
    rows: Rows = {
        "customer": [{"customer_id": "ann", "channel": "a"}],
        "subscription": [contract("s", "ann", "2025-03-01")],
        "order": [order("1", "ann", "2024-06-01", 40), order("2", "ann", "2025-06-01", 60),
                  order("3", "ann", "2025-06-02", -10, "refund")],
        "case": [case("k", "ann", "2025-05-01", "complaint", "2025-05-03 10:00")],
        "survey_response": [answer("r1", "ann", "2025-05-04", 5), answer("r2", "ann", "2025-05-05", 2)],
    }  # fmt: skip
    found = seen(rows)
    assert found.customers == ("ann",) and found.contract.tolist() == [True]
    told = {name: values[0] for name, values in found.numbers.items()}
    expected = {"contracts": 1, "monthly_amount": 100, "orders_year": 1, "amount_year": 60, "refunds_year": 1,
                "days_since_last_order": 30, "cases_half_year": 1, "complaints_half_year": 1, "incidents_half_year": 0,
                "slow_answers_half_year": 0, "satisfaction_last": 25}  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    assert np.isnan(told["recommendation_last"])
    # the sale of 1 June covers its day and 200 more
    assert str(found.covered_until[0]) == "2025-12-19"
    assert found.tenure_months[0] == pytest.approx(4)  # the first sale's cover had ended before March
    assert found.members == {"plan": ("p",), "customer.channel": ("a",)}


def test_other_tables_are_not_there() -> None:
    opened, con = warehouse(company(), RULES, AS_OF)
    known = known_before(opened.tables, CUT_OFF)
    assert {"spell", "credit", "origin", "touch"}.isdisjoint(known)
    assert set(known["customer"].columns) == {"customer_id", "segment"}
    con.close()
