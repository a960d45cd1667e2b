"""Guards of a running plan: found where a plan does harm, silent where it does none, however often one looks.

The companies are those of benchmarks/studies/plans.py, which counts verdicts over two hundred of them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from benchmarks.studies.plans import END, METHODS, RULES, START, Rows, orders, sealed, warehouse
from crmeter.analysis.effects.lots import drawn
from crmeter.improvement.deviations import Carried
from crmeter.improvement.monitoring import ALPHA, monitored
from crmeter.improvement.verification import verify
from crmeter.kernel.errors import UserError

LOTS = "company 0"


@pytest.fixture(scope="module")
def rows() -> Rows:
    return orders(np.random.default_rng((2026, 0)))


def watched(rows: Rows, kind: str = "lots", shown: int = 1) -> dict[str, Any]:
    known = warehouse(rows, END, 2)
    return monitored(sealed(known, kind, LOTS), known, RULES, shown=shown)


def test_harm_to_a_guard_is_found_and_its_absence_is_not(rows: Rows) -> None:
    """Planted: who is treated stops buying. 13 weeks and 1 guard share the 5%."""
    harmed = [row for row in rows if row[2] < START or drawn(LOTS, row[1], 0.5) == "control"]
    (guard,) = watched(harmed)["guards"]
    assert guard["by"] == "lots"
    assert guard["alarms"] == ["2024-11-18"]  # the latest whole week of a plan that ends on 1 December
    found = watched(rows)
    assert found["guards"][0]["alarms"] == []
    assert (found["weeks"], found["looks"]) == (12, 12)
    assert found["alpha_of_a_look"] == pytest.approx(ALPHA / 12)


def test_a_series_is_held_against_what_came_before(rows: Rows) -> None:
    """Planted: every order of the time after is worth a tenth."""
    cheap = [(*row[:3], row[3] / 10 if row[2] >= START else row[3], row[4]) for row in rows]
    (guard,) = watched(cheap, "series", shown=12)["guards"]
    assert guard["by"] == "forecast"
    assert len(guard["alarms"]) == 12
    (guard,) = watched(rows, "series", shown=12)["guards"]
    assert guard["alarms"] == []


def test_no_verdict_before_the_window_is_over(rows: Rows) -> None:
    known = warehouse(rows, date(2024, 11, 20), 2)
    document = sealed(known, "lots", LOTS)
    with pytest.raises(UserError, match="2024-11-20"):
        verify(document, Carried(), known, RULES)
    assert METHODS["lots"] == document["design"]["method"]


def test_a_registration_that_was_touched_is_not_verified(rows: Rows) -> None:
    known = warehouse(rows, END, 2)
    document = sealed(known, "lots", LOTS)
    touched = {**document, "plan": {**document["plan"], "expected": 0.01}}
    with pytest.raises(UserError, match="not as it was registered"):
        verify(touched, Carried(), known, RULES)
