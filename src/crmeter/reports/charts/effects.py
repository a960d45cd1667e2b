"""An effect as a picture: what was and what would have been; or the effect beside its placebo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import effects as said
from crmeter.reports import numbers
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec, layer, place, ticks, wrapped

Plain = Mapping[str, Any]
WIDE = 640
HEIGHT = 240
_ROW = 34
_BEFORE = 24  # periods before the start that are drawn at most


def picture(found: Plain, name: str, width: int = WIDE) -> Spec:
    """The chart of a verification (its plain values); ``name`` is the KPI's."""
    inner = width - 70
    drawn = _path(found) if found["effect"]["path"] and found["periods"] else _bounds(found)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 10,
        "width": inner,
        **drawn,
        "title": {
            "text": wrapped(said.headline(found, name), width, SIZE + 4),
            "subtitle": wrapped(said.about(found), width, SIZE),
            "anchor": "start",
            "frame": "bounds",
            "fontSize": SIZE + 4,
            "subtitleFontSize": SIZE,
            "color": COLOURS["ink"],
            "subtitleColor": COLOURS["muted"],
            "offset": 24,
        },
        "config": {"font": "sans-serif", "view": {"stroke": None}, "text": {"fontSize": SIZE}},
    }


def _path(found: Plain) -> Spec:
    """What was seen as a line, what would have been dashed, from the start on with its bounds where there are any."""
    path, unit = found["effect"]["path"], found["unit"]
    days = [date.fromisoformat(day) for day in found["periods"]]
    rows = [
        {"i": i, "day": f"{day:%Y-%m}", "seen": path["observed"][i], "expected": path["expected"][i]}
        for i, day in enumerate(days)
    ]
    hidden = max(path["before"] - _BEFORE, 0)
    for row, low, high in zip(rows, path["low"], path["high"], strict=False):
        row |= {"low": low, "high": high}
    after, rows = rows[max(path["before"] - 1, 0) :], rows[hidden:]
    ends = [value for row in rows for key in ("seen", "expected", "low", "high") if (value := row.get(key)) is not None]
    steps = ticks(min(ends), max(ends))
    x, y = place("i", (hidden, len(days) - 1)), (steps[0], steps[-1])
    start = {"type": "rule", "color": COLOURS["goal"], "strokeDash": [2, 3], "strokeWidth": 1.5, "y": 0, "y2": HEIGHT}
    layers = [*_grid(steps, unit, y), *_days(rows, x), layer(start, [{"i": path["before"] - 0.5}], x=x)]
    if path["low"]:
        band = {"type": "area", "color": COLOURS["acc"], "opacity": 0.14}
        layers.append(layer(band, after, x=x, y=place("low", y), y2={"field": "high"}))
    dashed = {"type": "line", "color": COLOURS["muted"], "strokeDash": [5, 4], "strokeWidth": 2}
    layers.append(layer(dashed, after if path["low"] else rows, x=x, y=place("expected", y)))
    layers.append(layer({"type": "line", "color": COLOURS["acc"], "strokeWidth": 2.5}, rows, x=x, y=place("seen", y)))
    return {"height": HEIGHT, "layer": [*layers, *_names(rows[-1], x, y)]}


def _grid(steps: list[float], unit: str, y: tuple[float, float]) -> list[Spec]:
    rows = [{"y": step, "label": numbers.tick(step, unit, steps[1] - steps[0])} for step in steps]
    text = {"type": "text", "align": "right", "x": -8, "color": COLOURS["muted"]}
    return [
        layer({"type": "rule", "color": COLOURS["line"]}, rows, y=place("y", y)),
        layer(text, rows, y=place("y", y), text={"field": "label"}),
    ]


def _days(rows: list[dict[str, Any]], x: Spec) -> list[Spec]:
    """Some of the periods by name, the last among them."""
    apart = max(1, -(-len(rows) // 7))
    shown = rows[::-1][::apart]
    text = {"type": "text", "baseline": "top", "color": COLOURS["muted"], "y": HEIGHT + 8}
    return [layer(text, shown, x=x, text={"field": "day"})]


def _names(last: dict[str, Any], x: Spec, y: tuple[float, float]) -> list[Spec]:
    """Which line is which, at its end, apart from each other."""
    above = last["seen"] >= last["expected"]
    text = {"type": "text", "align": "right", "dx": -2, "fontWeight": "bold"}
    seen = {**text, "dy": -12 if above else 14, "color": COLOURS["acc"]}
    expected = {**text, "dy": 20 if above else -18, "color": COLOURS["muted"]}
    return [
        layer(seen, [{**last, "name": t("seen")}], x=x, y=place("seen", y), text={"field": "name"}),
        layer(expected, [{**last, "name": t("without it")}], x=x, y=place("expected", y), text={"field": "name"}),
    ]


def _bounds(found: Plain) -> Spec:
    """The effect as a point with its interval, a row for each placebo below it, the least that matters as a band."""
    effect, unit, currency = found["effect"], "ratio" if found["unit"] == "count" else found["unit"], found["currency"]
    least = found["design"]["minimum_effect"]
    rows = [{"row": 0, "value": effect["estimate"], "low": effect["low"], "high": effect["high"], "name": t("effect")}]
    rows += [
        {"row": number, "value": placebo["estimates"][0], "low": None, "high": None, "name": t("before the start")}
        for number, placebo in enumerate(effect["placebos"], start=1)
        if placebo["kind"] == "before"
    ]
    rows = [row for row in rows if row["value"] is not None]
    ends = [-least, least, *(row[key] for row in rows for key in ("value", "low", "high") if row[key] is not None)]
    steps = ticks(min(ends), max(ends))
    x = place("value", (steps[0], steps[-1]))
    y: Spec = {"field": "row", "type": "ordinal", "axis": None}
    marks = [{"value": step, "label": numbers.tick(step, unit, steps[1] - steps[0])} for step in steps]
    height = _ROW * max(len(rows), 1)
    text = {"type": "text", "baseline": "top", "y": height + 8, "color": COLOURS["muted"]}
    band = {"type": "rect", "color": COLOURS["flat"], "opacity": 0.1, "y": 0, "y2": height}
    zero = {"type": "rule", "color": COLOURS["muted"], "strokeDash": [3, 3], "y": 0, "y2": height}
    bounded = [row for row in rows if row["low"] is not None]
    named = {"type": "text", "align": "left", "dx": 8, "dy": -11, "color": COLOURS["ink"]}
    told = [{**row, "told": f"{row['name']} {numbers.change(row['value'], unit, currency)}"} for row in rows]
    return {
        "height": height,
        "layer": [
            layer(band, [{"value": -least, "end": least}], x=x, x2={"field": "end"}),
            layer({"type": "rule", "color": COLOURS["line"], "y": 0, "y2": height}, marks, x=x),
            layer(text, marks, x=x, text={"field": "label"}),
            layer(zero, [{"value": 0}], x=x),
            layer({"type": "rule", "color": COLOURS["acc"], "strokeWidth": 4, "opacity": 0.5}, bounded, y=y,
                  x={**x, "field": "low"}, x2={"field": "high"}),
            layer({"type": "point", "filled": True, "size": 90, "color": COLOURS["acc"], "opacity": 1}, rows, x=x, y=y),
            layer(named, told, x=x, y=y, text={"field": "told"}),
        ],
    }  # fmt: skip
