"""CDNOW, the tenth that the papers use (2,357 customers): from the file over the warehouse to ``crmeter clv``.

Published: Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2), with the
digits of CLVTools 0.12.1 (tests/test_correctness_bgnbd.R); probabilities: the vignette of BTYDplus. Their calibration
period is 1 January to 30 September 1997 and times are in weeks. What was held out are the 39 weeks after it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crmeter.analysis.clv.estimate import estimate
from crmeter.analysis.clv.worth import money
from crmeter.app.settings import Workspace
from crmeter.warehouse.duck import reading
from tests.cli.conftest import Call, crmeter  # noqa: F401
from tests.real_data.workspace import workspace

ORDERS = """
SELECT concat('line ', _row) AS order_id, customer_id, "day" AS ordered_at, amount, 'USD' AS currency, 'sale' AS kind
FROM cdnow_sample
"""
CALIBRATED = "1997-10-01"
LATER = 273  # days held out, 39 weeks
REVENUE = ("--discount", "0", "--top", "300")


def lines(shared_data: Path) -> list[list[str]]:
    return [line.split() for line in (shared_data / "cdnow" / "CDNOW_sample.txt").read_text("ascii").splitlines()]


@pytest.fixture(scope="module")
def cdnow(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("cdnow_sample")
    rows = [f"{sample_id},{day},{amount}" for _, sample_id, day, _, amount in lines(shared_data)]
    (folder / "cdnow_sample.csv").write_text("\n".join(("customer_id,day,amount", *rows, "")), "utf-8")
    opened, _ = workspace(
        folder / "w", [folder / "cdnow_sample.csv"], {"order": ORDERS}, 'currency = "USD"\ntimezone = "UTC"'
    )
    return opened


ANSWERS: dict[tuple[str, ...], dict[str, Any]] = {}  # one call for all tests that ask the same


@pytest.fixture
def asked(cdnow: Workspace, crmeter: Call) -> Any:  # noqa: F811
    def ask(*words: str) -> dict[str, Any]:
        if words in ANSWERS:
            return ANSWERS[words]
        answer = crmeter("clv", "-C", cdnow.root, "--format", "json", *words)
        assert answer.code == 0, answer.err
        assert "NaN" not in answer.out and "Infinity" not in answer.out
        ANSWERS[words] = json.loads(answer.out)
        return ANSWERS[words]

    return ask


def test_parameters_and_likelihood(asked: Any) -> None:
    """R01-R04. A likelihood in days is one in weeks less log 7 for each repeat purchase, of which there are 2,457."""
    fitted = asked("--as-of", CALIBRATED, "--model", "bg_nbd")["purchases"]["model"]
    assert (fitted["id"], fitted["status"], fitted["customers"]) == ("bg_nbd", "ok", 2357)
    found = {p["name"]: p["value"] for p in fitted["parameters"]}
    weeks = [found["r"], found["alpha"] / 7, found["a"], found["b"]]
    assert weeks == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=0.0006)
    assert weeks == pytest.approx([0.2425945, 4.4136019, 0.7929199, 2.4258881], abs=1e-4)
    assert fitted["log_likelihood"] + 2457 * math.log(7) == pytest.approx(-9582.429, abs=0.002)


def test_the_check_on_what_was_held_out(asked: Any) -> None:
    """R01, R22, R23: 1,882 purchases came; correlations of Fader, Hardie and Lee, sums and errors of the table."""
    check = asked(*REVENUE)["purchases"]["held_out"]
    assert (check["start"], check["days"], check["customers"], check["purchases"]) == (CALIBRATED, LATER, 2357, 1882)
    guesses = {guess["guess"]: guess for guess in check["guesses"]}
    told = [guesses[name] for name in ("bg_nbd", "pareto_nbd")]
    assert [guess["total"] for guess in told] == pytest.approx([1653.4, 1665.5], abs=0.15)
    assert [guess["mean_absolute_error"] for guess in told] == pytest.approx([0.7855, 0.7545], abs=1e-4)
    assert [guess["correlation"] for guess in told] == pytest.approx([0.626, 0.630], abs=0.001)
    assert check["recommended"] == "bg_nbd" and "pareto_nbd" in check["as_good"]
    assert check["better_than_naive"]
    # the famous shortfall: more came than any of the models expected, and the interval does not hide it
    assert check["total_high"] < 1882
    assert sum(each["customers"] for each in check["deciles"]) == 2357
    assert sum(each["actual"] * each["customers"] for each in check["deciles"]) == pytest.approx(1882)


def test_the_naive_guesses_from_the_file(asked: Any, shared_data: Path) -> None:
    """In plain Python: repeat purchase days of the 273 days before the split, and each one's rate so far."""
    days: dict[str, set[date]] = {}
    for _, customer, day, _, _ in lines(shared_data):
        days.setdefault(customer, set()).add(date.fromisoformat(day))
    split = date.fromisoformat(CALIBRATED)
    known = {c: sorted(d for d in own if d < split) for c, own in days.items()}
    repeats = Counter({c: len(own) - 1 for c, own in known.items()})
    rates = sum(repeats[c] / max((split - own[0]).days - 1, 1) * LATER for c, own in known.items())
    guesses = {g["guess"]: g for g in asked(*REVENUE)["purchases"]["held_out"]["guesses"]}
    assert guesses["last_period"]["total"] == sum(repeats.values()) == 2457
    assert guesses["same_rate"]["total"] == pytest.approx(rates)
    actual = {c: sum(d >= split for d in own) for c, own in days.items()}
    off = sum(abs(repeats[c] - actual[c]) for c in days) / len(days)
    assert guesses["last_period"]["mean_absolute_error"] == pytest.approx(off)


def test_probabilities_of_being_active(cdnow: Workspace) -> None:
    """R14, BTYDplus: first quartile 0.6604, median 1, mean 0.8134."""
    end = date.fromisoformat(CALIBRATED)
    with reading(cdnow.warehouse) as warehouse:
        left = money(warehouse, cdnow.rules, end, None)
        found = estimate(
            warehouse, cdnow.rules, end, horizon_days=LATER, annual_discount=0.0, money=left, model="bg_nbd"
        )
    active = found.scores.probability_active
    assert np.quantile(active, 0.25) == pytest.approx(0.6604, abs=0.001)
    assert np.median(active) == 1
    assert active.mean() == pytest.approx(0.8134, abs=0.001)
    # the sum expected of them is that of the check (R23), from the other end of the code
    assert found.scores.expected_orders.sum() == pytest.approx(1653.4, abs=0.15)


def test_value_is_revenue_where_no_cost_is_known(asked: Any) -> None:
    found = asked(*REVENUE)
    assert found["money"]["margin"] is None and found["money"]["value_of"] == "revenue"
    told = found["purchases"]
    values = [customer["expected_value"]["value"] for customer in told["customers"]]
    assert values == sorted(values, reverse=True) and len(values) == 300
    assert {customer["tier"] for customer in told["customers"]} == {"high"}  # 472 are
    assert sum(tier["expected_value"]["value"] for tier in told["tiers"]) == pytest.approx(
        told["total"]["expected_value"]["value"]
    )
    for each in told["customers"]:
        for number in (each["expected_orders"], each["expected_value"]):
            assert 0 <= number["low"] <= number["value"] <= number["high"]
            assert 0 <= number["prediction_low"] <= number["prediction_high"]
