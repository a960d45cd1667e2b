"""Silent risk and who answers, on a company small enough to do by hand."""

from __future__ import annotations

from datetime import date

import pytest

from crmeter.analysis.voice.answering import answering
from crmeter.analysis.voice.risk import silent_risk
from crmeter.kernel.calendar import Calendar
from crmeter.model.rules import Rules
from tests.world.engine import Rows, warehouse

AS_OF = date(2026, 1, 1)
RULES = Rules("TWD", "UTC", tier_high=1.0, tier_medium=0.0)
THIRD = Calendar().parse("2025-Q3", AS_OF)


def answer(customer: str, day: str, score: str = "", instrument: str = "nps", top: str = "10") -> dict[str, str]:
    told = {"response_id": f"{customer}{day}{instrument}", "survey_id": "s", "instrument": instrument}
    told |= {"score": score, "scale_min": "0" if top == "10" else "1", "scale_max": top, "customer_id": customer}
    return {**told, "invited_at": f"{day} 10:00", "responded_at": f"{day} 12:00" if score else ""}


def complaint(customer: str, day: str, answered: str = "") -> dict[str, str]:
    told = {"case_id": customer + day, "customer_id": customer, "opened_at": f"{day} 10:00", "kind": "complaint"}
    return {**told, "first_response_at": answered and f"{answered} 10:00"}


def test_each_customer_is_in_the_first_group_that_fits() -> None:
    names = ("waiting", "answered", "low", "better since", "low csat", "silent", "never", "spoke", "old voice")
    rows: Rows = {
        "order": [
            {"order_id": n, "customer_id": n, "ordered_at": "2025-06-01 12:00", "amount": str(100 + i),
             "currency": "TWD", "kind": "sale"} for i, n in enumerate(names)
        ],
        "customer": [{"customer_id": n} for n in names],
        "case": [complaint("waiting", "2025-11-01"), complaint("answered", "2025-11-01", "2025-11-02"),
                 complaint("never", "2024-01-01")],
        "survey_response": [
            answer("waiting", "2025-03-01", "10"), answer("answered", "2025-03-01", "9"),
            answer("low", "2025-03-01", "9"), answer("low", "2025-09-01", "6"),
            answer("better since", "2025-03-01", "2"), answer("better since", "2025-09-01", "7"),
            answer("low csat", "2025-09-01", "2", "csat", "5"), answer("silent", "2025-09-01"),
            answer("spoke", "2025-09-01"), answer("old voice", "2024-06-01", "10"),
        ],
        "feedback": [{"feedback_id": "f", "at": "2025-10-01 12:00", "voice": "customer", "source": "in_app",
                      "customer_id": "spoke", "text": "hm", "status": "new"}],
    }  # fmt: skip
    opened, con = warehouse(rows, RULES, AS_OF)
    found = {c.customer_id: c.state for c in silent_risk(opened, RULES, "high")}
    revenue = [c.revenue for c in silent_risk(opened, RULES, "high")]
    con.close()
    assert found == {
        "waiting": "complaint_waiting", "answered": "heard", "low": "low_answer", "better since": "heard",
        "low csat": "low_answer", "silent": "silent", "never": "never_asked", "spoke": "heard",
        "old voice": "never_asked",
    }  # fmt: skip
    assert revenue == sorted(revenue, reverse=True) and revenue[0] == 108


def test_a_group_that_answers_less_is_named_and_weighed_up() -> None:
    """200 customers in two halves; of the north 60 of 100 answer with 10, of the south 20 of 100 with 0. The raw score
    is (60 − 20) ÷ 80 = 50; each half by its share it is 0."""
    people = [{"customer_id": f"{side}{i}", "region": side} for side in ("north", "south") for i in range(100)]
    contracts = [
        {"subscription_id": p["customer_id"], "customer_id": p["customer_id"], "started_at": "2024-01-10 12:00",
         "monthly_amount": "1", "currency": "TWD",
         "ended_at": "2025-11-01 12:00" if p["region"] == "south" and int(p["customer_id"][5:]) >= 50 else ""}
        for p in people
    ]  # fmt: skip
    answers = [answer(f"north{i}", "2025-08-01", "10" if i < 60 else "") for i in range(100)]
    answers += [answer(f"south{i}", "2025-08-01", "0" if i < 20 else "") for i in range(100)]
    rows: Rows = {"customer": people, "subscription": contracts, "survey_response": answers}
    opened, con = warehouse(rows, RULES, AS_OF)
    found = answering(opened, RULES, "nps", THIRD, ["customer.region"], ["customer.region"])
    con.close()
    assert (found.asked, found.answered) == (200, 80)
    [looked] = found.looked
    assert [(g.member, g.customers, g.asked, g.answered) for g in looked.groups] == [
        ("north", 100, 100, 60), ("south", 100, 100, 20)]  # fmt: skip
    assert looked.q is not None and looked.q < 1e-7
    assert found.raw is not None and found.raw.value == pytest.approx(50)
    assert found.weighted is not None and found.weighted.value == pytest.approx(0, abs=1e-9)
    # of the 80 who answered none leaves in the fourth quarter, of the 120 others 50
    assert found.leaving is not None
    assert found.leaving[:2] == ((80, 0), (120, 50))
    assert found.leaving[2] is not None and found.leaving[2].change == pytest.approx(-50 / 120)
