"""Cohorts as a heat map of one hue, what stands out in its title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import cohorts as told
from crmeter.reports import numbers, periods
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec, fit, lines

MOST = 24  # cohorts shown, the newest; the table of data has all
WIDEST, NARROWEST, HEIGHT = 72, 46, 26  # px of a cell
_LEAST_ROOM = 480  # px of the title, however few columns there are
_PALE, _DEEP = "#dbe8fb", "#123a9c"
_LIGHT_TEXT_FROM = 0.5  # how deep a cell must be for light text to be read on it


def heat_map(found: Mapping[str, Any], per_period: bool = False) -> Spec:
    """The matrix: the deeper a cell, the higher its value; no cell where a period is not over."""
    cohorts = found["cohorts"][-MOST:]
    cells = _cells(found, cohorts, per_period)
    widest = max((len(row["said"]) for row in cells), default=0)
    columns = 1 + max((row["age"] for row in cells), default=0)
    cell = min(WIDEST, max(NARROWEST, 12 + 7 * widest))
    width, height = cell * columns, HEIGHT * len(cohorts)
    x = {"field": "age", "type": "ordinal", "scale": {"paddingInner": 0.04, "paddingOuter": 0}, "axis": _ages(found)}
    y = {
        "field": "cohort",
        "type": "ordinal",
        "sort": [_label(c) for c in cohorts],
        "scale": {"paddingInner": 0.08, "paddingOuter": 0},
        "axis": {"title": None, "labelLimit": 0, "labelFontSize": SIZE, "labelColor": COLOURS["ink"], **_bare()},
    }
    deep = {
        "field": "deep",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0, 1], "range": [_PALE, _DEEP]},
    }
    ink = {"condition": {"test": f"datum.deep >= {_LIGHT_TEXT_FROM}", "value": "#ffffff"}, "value": COLOURS["ink"]}
    marks = [
        {"mark": {"type": "rect", "cornerRadius": 2}, "encoding": {"x": x, "y": y, "color": deep}},
        {
            "mark": {"type": "text", "fontSize": SIZE},
            "encoding": {"x": x, "y": y, "text": {"field": "said"}, "color": ink},
        },
    ]
    room = max(width + 110, _LEAST_ROOM)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 10,
        "width": width,
        "height": height,
        "title": {
            "text": lines(told.title(found), room, SIZE + 4),
            "subtitle": [line for said in _said(found, cohorts, per_period) for line in lines(said, room, SIZE)],
            "anchor": "start",
            "frame": "bounds",
            "fontSize": SIZE + 3,
            "color": COLOURS["ink"],
            "subtitleColor": COLOURS["muted"],
            "subtitleFontSize": SIZE,
            "offset": 14,
        },
        "data": {"values": cells},
        "layer": marks,
        "config": {"font": "sans-serif", "aria": False, "view": {"stroke": None}},
    }


def _said(found: Mapping[str, Any], cohorts: list[Mapping[str, Any]], per_period: bool) -> list[str]:
    """What the cells hold and the numbers beside the cohorts are; what the signs mean that are there."""
    what = told.subtitle(found, per_period)
    if found["currency"]:
        what = t("{what}, in {currency}", what=what, currency=found["currency"])
    said = [t("{what}. Beside each cohort: its customers.", what=what)]
    if any(cohort["may_be_older"] for cohort in cohorts):
        said.append(t("° May hold customers from before the data begins."))
    if any(cohort["status"] == "small_sample" for cohort in cohorts):
        said.append(t("* Fewer than {count} customers.", count=found["small_sample_below"]))
    return said


def _bare() -> Spec:
    return {"domain": False, "ticks": False, "labelPadding": 8}


def _ages(found: Mapping[str, Any]) -> Spec:
    return {
        "title": told.ages(found["by"]),
        "orient": "top",
        "labelAngle": 0,
        "labelFontSize": SIZE,
        "labelColor": COLOURS["muted"],
        "titleColor": COLOURS["muted"],
        "titleFontWeight": "normal",
        "titleFontSize": SIZE,
        **_bare(),
    }


def _label(cohort: Mapping[str, Any]) -> str:
    """``2025-Q2 · 254``, with the signs that the notes explain."""
    signs = ("°" if cohort["may_be_older"] else "") + ("*" if cohort["status"] == "small_sample" else "")
    name = periods.said(cohort["cohort"])
    return fit(t("{cohort}{signs} · {count}", cohort=name, signs=signs, count=numbers.count(cohort["customers"])), 190)


def _cells(found: Mapping[str, Any], cohorts: list[Mapping[str, Any]], per_period: bool) -> list[dict[str, Any]]:
    known = [
        (cohort, cell, told.shown(cell, per_period))
        for cohort in cohorts
        for cell in cohort["cells"]
        if cell["value"] is not None
    ]
    values = [value for _, _, value in known if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    span = high - low or 1.0
    return [
        {
            "cohort": _label(cohort),
            "age": cell["age"],
            "deep": (value - low) / span,
            "said": _short(value, found),
        }
        for cohort, cell, value in known
        if value is not None
    ]


def _short(value: float, found: Mapping[str, Any]) -> str:
    """A value that fits into a cell: money without its sign."""
    if found["measure"] == "revenue":
        return numbers.count(value) if value >= 100 else numbers.amount(value, "count", decimals=1)
    return told.cell(value, found)
