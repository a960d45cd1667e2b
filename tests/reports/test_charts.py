"""Charts: what they show, and that names stay data."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmeter.kernel.messages import speaking
from crmeter.reports.charts.draw import NARROW, WIDE, Drawer
from crmeter.reports.charts.moves import moved, moves
from crmeter.reports.charts.segments import segment_verdict, segments
from crmeter.reports.charts.spark import spark
from crmeter.reports.charts.theme import fit, ticks
from crmeter.reports.charts.trend import trend
from crmeter.reports.reading import Reading
from tests.reports import sample


@pytest.fixture
def reading() -> Iterator[Reading]:
    with speaking("en"):
        yield Reading(sample.document(), sample.cards("en"))


def keys(spec: Any) -> Iterator[str]:
    """Every key of a spec outside its data."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            yield key
            if key != "values":
                yield from keys(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from keys(value)


def rows(spec: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """The rows of the first layer that has ``field``."""
    return next(layer["data"]["values"] for layer in spec["layer"] if field in (layer["data"]["values"] or [{}])[0])


def test_no_chart_evaluates_anything(reading: Reading) -> None:
    found = reading.findings("weakness")[0]
    line = reading.by_id[found["kpi"]]
    for spec in (moves(reading, WIDE), trend(line, reading, WIDE), segments(line, found["segments"], NARROW)):
        assert not {"expr", "labelExpr", "signal", "calculate", "transform", "params", "test", "url"} & set(keys(spec))


def test_trend_leaves_a_gap_where_a_value_is_undefined(reading: Reading) -> None:
    held = rows(trend(reading.by_id["nps"], reading, WIDE), "v")
    assert [row["v"] is None for row in held] == [True] * 3 + [False] * 6
    assert [row["label"] for row in held] == ["Q4", "Q1", "Q2", "Q3", "Q4", "Q1", "Q2", "Q3", "Q4"]


def test_moves_shows_what_moved_beyond_noise_largest_first(reading: Reading) -> None:
    shown = moved(reading)
    assert shown and all(line.verdict in ("better", "worse", "changed") for line in shown)
    sizes = [abs(line.raw["previous"]["change"] / line.raw["previous"]["base"]["value"]) for line in shown]
    assert sizes == sorted(sizes, reverse=True)


def test_a_segment_is_judged_like_its_kpi(reading: Reading) -> None:
    line = reading.by_id["churn_rate.cohort"]  # lower is better
    assert segment_verdict(line, {"change": 0.02, "beyond_noise": True}) == "worse"
    assert segment_verdict(line, {"change": -0.02, "beyond_noise": True}) == "better"
    assert segment_verdict(line, {"change": 0.02, "beyond_noise": False}) == "no_change"
    assert segment_verdict(line, {"change": None, "beyond_noise": False}) == "unknown"


def test_a_long_name_is_cut_between_characters(reading: Reading) -> None:
    found = reading.findings("weakness")[0]
    parts = copy.deepcopy(found["segments"][:1])
    for length in range(30, 36):  # a cut in the middle of a pair of surrogates stopped the renderer
        parts[0]["by"] = {"customer.team": "x" * length + "\N{HOT BEVERAGE}\N{COFFIN}\N{TEACUP WITHOUT HANDLE}" * 20}
        Drawer().inline(segments(reading.by_id[found["kpi"]], parts, NARROW), "t", "d")
    assert fit("客戶" * 20, 120) == "客戶" * 4 + "客…"
    assert fit("short", 120) == "short"


@settings(max_examples=25)
@example("00:::::::::\u0a31\u0e5e\u0e5e\u0e5e\U0001dab0\U0001fbcb0")
@given(st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=60))
def test_any_name_of_a_segment_is_drawn_as_text(name: str) -> None:
    with speaking("en"):
        reading = Reading(sample.document(), {})
        found = reading.findings("weakness")[0]
        parts = copy.deepcopy(found["segments"][:1])
        parts[0]["by"] = {"customer.team": name}
        drawn = Drawer().inline(segments(reading.by_id[found["kpi"]], parts, NARROW), "t", "d")
    tree = ElementTree.fromstring(drawn)
    assert {element.tag for element in tree.iter()} <= {"svg", "title", "desc", "g", "path", "text", "line", "rect"}
    texts = [element.text or "" for element in tree.iter("text")]
    visible = re.sub(r"[^A-Za-z0-9]", "", name[:6])  # what lies further on may be cut
    assert any(visible in re.sub(r"[^A-Za-z0-9]", "", text) for text in texts)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_ticks_span_the_values(low: float, width: float) -> None:
    high = low + width
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    slack = 1e-6 * max(abs(low), abs(high), 1.0)
    assert found[0] <= low + slack and found[-1] >= high - slack
    assert found == sorted(set(found))


def test_sparks_skip_what_is_undefined() -> None:
    assert spark([{"value": 1}, {"value": None}]) == ""
    drawn = spark([{"value": 1}, {"value": 2}, {"value": None}, {"value": 3}, {"value": 1}])
    assert drawn.count("<polyline") == 2
