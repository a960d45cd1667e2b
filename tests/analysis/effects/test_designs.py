"""Designs: written, read back, sealed, and refused with everything that cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from crmeter.analysis.effects.designs import Counted, Design, read_design
from crmeter.analysis.effects.outcome import outcome_of
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.kpis.catalogue import BUILT_IN
from crmeter.metrics import Better
from crmeter.stats.effects.effect import Method

DESIGN = Design(
    kpi="revenue",
    method=Method.SYNTHETIC_CONTROL,
    unit=Counted.GROUPS,
    before=Period(date(2023, 1, 1), date(2025, 1, 1)),
    after=Period(date(2025, 1, 1), date(2025, 7, 1)),
    minimum_effect=1000.0,
    by="customer.team",
    target=("South",),
    grain=Grain.MONTH,
    better=Better.UP,
    registered_on=date(2024, 12, 1),
)


def test_a_design_is_read_as_it_was_written() -> None:
    written = json.loads(json.dumps(DESIGN.as_json()))
    assert read_design(written) == DESIGN
    assert read_design(written).seal == DESIGN.seal


def test_any_change_breaks_the_seal() -> None:
    for change in ({"minimum_effect": 999.0}, {"target": ("North",)}, {"alpha": 0.1}, {"better": None}):
        assert replace(DESIGN, **change).seal != DESIGN.seal


def test_all_that_cannot_be_read_is_said() -> None:
    written = DESIGN.as_json() | {"method": "guess", "before": {"start": "x"}, "alpha": True, "colour": 1, "kpi": None}
    with pytest.raises(UserError) as raised:
        read_design(written)
    said = "\n".join(str(problem) for problem in raised.value.problems)
    assert len(raised.value.problems) == 5
    for part in ("“guess”", "before", "alpha", "colour", "“kpi”"):
        assert part in said


def test_outcomes_of_single_customers() -> None:
    """Sums have one part, ratios two, and a median none."""
    names = ("revenue", "average_order_value", "handle_minutes.mean")
    total, ratio, mean = (outcome_of(BUILT_IN.by_id[name]) for name in names)
    assert total is not None and total.per is None
    assert ratio is not None and ratio.per is not None
    assert mean is not None and mean.per is not None
    assert outcome_of(BUILT_IN.by_id["first_response_hours.median"]) is None
