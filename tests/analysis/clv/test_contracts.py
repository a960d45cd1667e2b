"""Contracts that are renewed each year: the published example of the shifted beta-geometric model, from subscriptions.

Fader and Hardie (2007), "How to project customer retention", Journal of Interactive Marketing 21(1), Table 1, High End:
of 1,000 customers 869, 743, 653, 593, 551, 517 and 491 are there after 1 to 7 renewals; Appendix B: alpha 0.668, beta
3.806; eq. 8: 94.2% of those who came to the eighth renewal pass it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from crmeter.analysis.clv.contract_history import contracts, months_between
from crmeter.analysis.clv.contracts import ContractEstimate, Payments, contract_estimate
from crmeter.model.rules import Rules
from crmeter.stats.clv.shifted_beta_geometric import ShiftedBetaGeometric
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import warehouse

THERE = (1000, 869, 743, 653, 593, 551, 517, 491)
RULES = Rules("TWD", "Asia/Taipei")
END = date(2022, 1, 2)  # the day after the seventh renewal of contracts of 1 January 2015


def rows() -> list[dict[str, str]]:
    """One contract a customer, from 1 January 2015 to the renewal that was not made."""
    found = []
    for number in range(1000):
        renewals = sum(number < there for there in THERE[1:])
        ended = f"{2015 + renewals + 1}-01-01 00:00" if renewals < 7 else ""
        found.append(
            {
                "subscription_id": f"s{number}", "customer_id": f"c{number}", "started_at": "2015-01-01 00:00",
                "ended_at": ended, "monthly_amount": "100", "currency": "TWD",
            }
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def opened() -> Iterator[Warehouse]:
    found, con = warehouse({"subscription": rows()}, RULES, END)
    yield found
    con.close()


@pytest.fixture(scope="module")
def found(opened: Warehouse) -> ContractEstimate:
    told = contract_estimate(opened, RULES, END, 365, 0.0, None)
    assert told is not None
    return told


def test_renewals_from_contracts(opened: Warehouse) -> None:
    history = contracts(opened, RULES, END)
    assert history.renewal_months == 12
    lost, staying = history.counts()
    assert lost.tolist() == [131, 126, 90, 60, 42, 34, 26]
    assert staying.tolist() == [0, 0, 0, 0, 0, 0, 491]
    # on 2 January 2018 three renewals had been due
    lost, staying = history.counts(date(2018, 1, 2))
    assert (lost.tolist(), staying.tolist()) == ([131, 126, 90], [0, 0, 653])


def test_published_parameters(found: ContractEstimate) -> None:
    told = {p["name"]: p["value"] for p in found.as_json()["model"]["parameters"]}
    assert told["alpha"] == pytest.approx(0.668, abs=0.0006)
    assert told["beta"] == pytest.approx(3.806, abs=0.0006)


def test_the_year_ahead_by_hand(found: ContractEstimate) -> None:
    """A day after a renewal: of the twelve monthly payments of a year eleven come before the next renewal, the last one
    with it, of those who pass it: 11 + 0.942 of 100 each."""
    total = found.as_json()["total"]
    assert (total["customers"], total["monthly_amount"]) == (491, 49_100.0)
    assert total["expected_staying"] == pytest.approx(491 * 0.9418, abs=0.3)
    assert total["expected_value"]["value"] == pytest.approx(491 * 100 * (11 + 0.9418), rel=1e-4)
    assert found.stays == pytest.approx(np.full(491, 0.9418), abs=0.0006)


def test_payments_against_a_drawn_future() -> None:
    """Chances to leave drawn from what is known after two renewals, renewals drawn one by one, payments added up."""
    model = ShiftedBetaGeometric.of(0.7, 2.0)
    ahead = Payments(np.array([7.5]), 3, 365, 0.2)
    mean, variance = ahead.moments(model)
    rng = np.random.default_rng(4)
    chance = rng.beta(0.7, 2.0 + 2, 40_000)
    left = 2 + rng.geometric(chance)  # the renewal that is missed
    drawn = np.zeros(40_000)
    for step in range(12):
        due = 8 + step  # in months of age; the first in half a month
        wait = due - 7.5
        drawn += np.where(due // 3 < left, 1.2 ** (-wait / 12), 0.0)
    assert mean[0] == pytest.approx(drawn.mean(), abs=4 * drawn.std() / 200)
    assert variance[0] == pytest.approx(drawn.var(), rel=0.03)


def test_what_was_held_out(found: ContractEstimate) -> None:
    """On 2 January 2021 517 ran, and 491 of them passed the renewal of 2022."""
    check = found.check
    assert check is not None
    assert (check["customers"], check["stayed"]) == (517, 491)
    assert check["low"] < 491 < check["high"]
    assert check["naive"] == pytest.approx(517 / 551 * 517)


def test_months_of_calendars() -> None:
    first = np.array(["2024-02-29", "2025-01-31", "2025-03-15"], "M8[D]")
    last = np.array(["2025-02-28", "2025-02-28", "2025-06-15"], "M8[D]")
    assert months_between(first, last) == pytest.approx([12, 1, 3], abs=0.1)


def test_few_contracts_are_not_estimated() -> None:
    few, con = warehouse({"subscription": rows()[::40]}, RULES, END)
    assert contract_estimate(few, RULES, END, 365, 0.0, None) is None
    con.close()
