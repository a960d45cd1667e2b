"""crmeter drivers, correlate and voice, on the small company of the command line's tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


def test_revenue_as_json_table_and_chart(crmeter: Call, loaded: Path, tmp_path: Path) -> None:
    """Third quarter 350: two buyers, three sales. Fourth 351: one buyer, two sales of 200.5, and 50 back."""
    asked = ("drivers", "revenue", "-C", loaded, "--period", "2025-Q4")
    found = json.loads(crmeter(*asked, "--format", "json").out)
    assert (found["before"]["value"], found["now"]["value"], found["change"]) == (350, 351, 1)
    assert sum(each["part"] for each in found["factors"]) == pytest.approx(1)
    # Δa·[(b₀c₀ + b₁c₁) ÷ 3 + (b₀c₁ + b₁c₀) ÷ 6] of 2 → 1, 1.5 → 2, 116⅔ → 200.5:
    # −1·(576 ÷ 3 + 534.0833 ÷ 6), 0.5·(433.8333 ÷ 3 + 517.6667 ÷ 6), 83.8333·(5 ÷ 3 + 5.5 ÷ 6)
    parts = [each["part"] for each in found["factors"][0]["children"]]
    assert parts == pytest.approx([-281.01389, 115.44444, 216.56944], abs=1e-4)
    answer = crmeter(*asked, "--by", "customer.segment")
    assert answer.code == 0 and "Part in the change" in answer.out and "not what caused it" in answer.out
    for name, start in (("a.svg", b"<svg"), ("b.png", b"\x89PNG")):
        assert crmeter(*asked, "--format", "chart", "-o", tmp_path / name, "--phone").code == 0
        assert (tmp_path / name).read_bytes().startswith(start)


def test_what_cannot_be_explained_is_said(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("drivers", "nps", "-C", loaded, "--period", "2025-Q4")
    assert answer.code == 1 and "nps is undefined in" in answer.err
    answer = crmeter("drivers", "revenue", "-C", loaded, "--period", "2025-Q4", "--against", "2025-Q4")
    assert answer.code == 1 and "compared with itself" in answer.err
    answer = crmeter("drivers", "revenue", "-C", loaded, "--by", "colour")
    assert answer.code == 1 and "cannot be split" in answer.err


def test_correlations_that_cannot_be_told_and_their_warning(crmeter: Call, loaded: Path) -> None:
    asked = ("correlate", "orders", "revenue", "-C", loaded, "--period", "2025-Q3")
    answer = crmeter(*asked)
    assert answer.code == 1 and "A correlation needs at least 10 customers" in answer.err
    answer = crmeter(*asked, "--level", "segment")
    assert answer.code == 0 and "Too few to tell" in answer.out and "Segments differ in much else" in answer.out
    answer = crmeter(*asked, "--lag", "40")
    assert answer.code == 1 and "is not over in the data" in answer.err


def test_voice_of_customers_whom_nobody_asked(crmeter: Call, loaded: Path) -> None:
    """Of Ann and Bob, Ann brought more: a fifth of two is Ann alone."""
    answer = crmeter("voice", "-C", loaded)
    assert answer.code == 0 and "1 of 1 customers of the tier High" in answer.out
    assert "never asked, said nothing: 1 (NT$701)" in answer.out
    listed = crmeter("voice", "risk", "-C", loaded, "--format", "csv").out.splitlines()
    assert listed == ["customer_id,revenue,state", "1,701.0,never_asked"]
    answer = crmeter("voice", "answers", "-C", loaded)
    assert answer.code == 1 and "Nobody was asked" in answer.err
