"""crmeter clv on a small company of files, in every format and language."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from crmeter.cli.main import run
from tests.cli.conftest import Call

TOML = """
[workspace]
currency = "TWD"
timezone = "Asia/Taipei"
gross_margin = 0.4

[sources.shop]
path = "exports/*.csv"
"""
CUSTOMER = "SELECT DISTINCT customer AS customer_id, segment FROM orders"
ORDER = """SELECT concat('o', _row) AS order_id, customer AS customer_id, "day" AS ordered_at, amount,
'TWD' AS currency, 'sale' AS kind FROM orders"""
START = date(2023, 1, 1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 customers over two years; those of segment b pay a quarter and leave five times as easily."""
    folder, rng = tmp_path_factory.mktemp("shop"), np.random.default_rng(2)
    lines = ["customer,segment,day,amount"]
    for number in range(400):
        cheap = number % 2
        rate, chance = rng.gamma(2.0) / 90, min(rng.beta(1, 9) * (5 if cheap else 1), 1.0)
        at, price = float(rng.integers(0, 500)), rng.lognormal(6, 0.4) * (0.25 if cheap else 1.0)
        while at < 730:
            day = START + timedelta(days=int(at))
            lines.append(f"c{number:03},{'ab'[cheap]},{day},{price * rng.gamma(4) / 4:.2f}")
            if rng.random() < chance:
                break
            at += 1 + rng.exponential(1 / rate)
    texts = {
        "crmeter.toml": TOML,
        "exports/orders.csv": "\n".join(lines) + "\n",
        "mappings/shop/customer.sql": CUSTOMER,
        "mappings/shop/order.sql": ORDER,
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert run(["ingest", "-C", str(folder)]) == 0
    return folder


def test_table(crmeter: Call, shop: Path) -> None:
    answer = crmeter("clv", "-C", shop, "--by", "segment", "--top", "2")
    assert answer.code == 0
    for said in (
        "400 purchase customers are expected to bring", "Held-out check", "last period again", "BG/NBD",
        "Value is gross margin (40.0%, as stated)", "rank correlation", "An estimate, no certified KPI",
    ):  # fmt: skip
        assert said in answer.out, said
    assert answer.out.index("\na ") < answer.out.index("\nb ")  # the better segment first


def test_json_says_all_of_it(crmeter: Call, shop: Path) -> None:
    answer = crmeter("clv", "-C", shop, "--by", "segment", "--horizon", "90", "--discount", "0.2", "--format", "json")
    found = json.loads(answer.out)
    assert "NaN" not in answer.out
    assert (found["horizon_days"], found["discount_rate"], found["contracts"]) == (90, 0.2, None)
    told = found["purchases"]
    assert told["held_out"]["days"] == 90  # as long as the horizon, where there is history enough
    assert [guess["guess"] for guess in told["held_out"]["guesses"]] == [
        "bg_nbd", "mbg_nbd", "pareto_nbd", "same_rate", "last_period",
    ]  # fmt: skip
    assert {group["member"]: group["customers"] for group in told["groups"]} == {"a": 200, "b": 200}
    assert sum(group["expected_value"]["value"] for group in told["groups"]) == pytest.approx(
        told["total"]["expected_value"]["value"]
    )
    assert len(told["customers"]) == 10
    assert set(told["customers"][0]["expected_value"]) == {"value", "low", "high", "prediction_low", "prediction_high"}
    assert [tier["customers"] for tier in told["tiers"]] == [80, 120, 200]  # 20%, 30% and the rest


def test_half_the_margin_is_half_the_value(crmeter: Call, shop: Path) -> None:
    """And with --top 0 every customer is listed; --customer shows the same of one of them."""
    words = ("clv", "-C", shop, "--model", "bg_nbd", "--margin")
    whole = json.loads(crmeter(*words, "0.4", "--top", "0", "--format", "json").out)["purchases"]
    half = crmeter(*words, "0.2", "--customer", "c001", "--format", "csv")
    assert whole["model"]["asked_for"] and len(whole["customers"]) == 400
    own = next(each for each in whole["customers"] if each["customer_id"] == "c001")
    [row] = csv.DictReader(io.StringIO(half.out))
    assert row["customer_id"] == "c001"
    assert float(row["probability_active"]) == pytest.approx(own["probability_active"]["value"])
    assert float(row["expected_value"]) == pytest.approx(own["expected_value"]["value"] / 2)


def test_charts_in_chinese(crmeter: Call, shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "clv.svg"
    answer = crmeter("clv", "-C", shop, "--by", "segment", "--lang", "zh-Hant", "--format", "chart", "-o", file)
    assert answer.code == 0
    drawn = file.read_text("utf-8")
    assert drawn.startswith("<svg") and "「a」的客戶每位預期帶來" in drawn and "客戶十分位" in drawn


def test_what_makes_no_sense(crmeter: Call, shop: Path, loaded: Path) -> None:
    for words, said in (
        (("--horizon", "0"), "The horizon is 0 days."),
        (("--margin", "40"), "A margin of 40.0 makes no sense."),
        (("--as-of", "2031-01-01"), "2031-01-01 is after the end of the data."),
        (("--as-of", "2023-02-10"), "There is too little to estimate customer lifetime value from"),
        (("--by", "sgment"), "Did you mean customer.segment?"),
    ):
        answer = crmeter("clv", "-C", shop, *words)
        assert answer.code == 1 and said in answer.err, answer.err
    answer = crmeter("clv", "-C", shop, "--horizon", "30", "--customer", "nobody")
    assert answer.code == 1 and "The customer “nobody” has no purchase" in answer.err
    answer = crmeter("clv", "-C", loaded)  # two customers with a sale
    assert answer.code == 1 and "2 customers with a purchase, 1 of them with a second one" in answer.err
    assert "It takes 100 customers, 30 with a purchase on a second day" in answer.err
