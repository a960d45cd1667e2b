"""A chart from its series alone, for blocks that bring no drawing of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmeter.reports import numbers
from crmeter.reports.blocks import Chart, Series, Tone
from crmeter.reports.charts.theme import COLOURS, Spec, fit, frame, layer, place, ticks, wrapped

HEIGHT, ROW = 190, 28
COLOUR_OF: dict[Tone, str] = {
    "plain": COLOURS["acc"],
    "accent": COLOURS["acc"],
    "good": COLOURS["good"],
    "bad": COLOURS["bad"],
    "flat": COLOURS["flat"],
    "muted": COLOURS["flat"],
    "strong": COLOURS["ink"],
    "warn": COLOURS["goal"],
}
SERIES = (COLOURS["acc"], COLOURS["goal"], COLOURS["good"], COLOURS["flat"], COLOURS["bad"])  # by their order
Row = dict[str, Any]


def plain(chart: Chart, width: int) -> Spec:
    """The chart at ``width`` px; undefined values leave a gap."""
    if chart.kind == "line":
        return _lines(chart, width - 60)
    return _lying(chart, width) if chart.kind == "bar" else _standing(chart, width - 60)


def colour(series: Series, place: int, number: int) -> str:
    """The colour of one bar, or with ``place`` −1 of a whole series: its tone, else one for each series."""
    if 0 <= place < len(series.tones):
        return COLOUR_OF[series.tones[place]]
    return SERIES[number % len(SERIES)]


def steps_of(chart: Chart) -> list[tuple[float, float]]:
    """From where to where each bar of a waterfall reaches: the last is a level like the first."""
    values = [value or 0.0 for value in chart.series[0].values]
    ends, level = [(0.0, values[0])] if values else [], values[0] if values else 0.0
    for change in values[1:-1]:
        ends.append((level, level + change))
        level += change
    return [*ends, (0.0, values[-1])] if len(values) > 1 else ends


def _held(chart: Chart) -> list[float]:
    found = [v for s in chart.series for v in (*s.values, *s.low, *s.high) if v is not None]
    return [*found, *([chart.target] if chart.target is not None else [])] or [0.0, 1.0]


def _grid(steps: Sequence[float], unit: str) -> list[Spec]:
    rows = [{"y": step, "label": numbers.tick(step, unit, steps[1] - steps[0])} for step in steps]
    y, text = (steps[0], steps[-1]), {"type": "text", "align": "right", "x": -8, "color": COLOURS["muted"]}
    return [
        layer({"type": "rule", "color": COLOURS["line"]}, rows, y=place("y", y)),
        layer(text, rows, y=place("y", y), text={"field": "label"}),
    ]


def _across(chart: Chart, y: tuple[float, float]) -> list[Spec]:
    """The line of the target, with its name."""
    if chart.target is None:
        return []
    text = {"type": "text", "color": COLOURS["goal"], "align": "left", "x": 2, "dy": -7, "fontWeight": "bold"}
    rule = {"type": "rule", "color": COLOURS["goal"], "strokeWidth": 1.5, "strokeDash": [5, 3]}
    row = [{"y": chart.target, "label": chart.target_label}]
    return [layer(rule, row, y=place("y", y)), layer(text, row, y=place("y", y), text={"field": "label"})]


def _names(chart: Chart, x: Spec, width: int) -> list[Spec]:
    """The categories below the axis, on two lines where they need it, as many as fit."""
    room = width / max(len(chart.categories), 1)
    every = max(1, -(-44 // int(max(room, 1))))
    shown = list(enumerate(chart.categories))[::-1][::every]
    found = []
    for down in (0, 1):
        rows = [
            {"i": i, "name": parts[down]}
            for i, name in shown
            if len(parts := wrapped(name, int(room * every), most=2)) > down
        ]
        text = {"type": "text", "baseline": "top", "y": HEIGHT + 8 + 16 * down, "color": COLOURS["muted"]}
        found.append(layer(text, rows, x=x, text={"field": "name"}))
    return found


def _legend(chart: Chart) -> list[Spec]:
    """The names of the series above the plot, each in its colour, where there are several."""
    if len(chart.series) < 2:
        return []
    found, left = [], 0
    for number, series in enumerate(chart.series):
        text = {"type": "text", "align": "left", "x": left, "y": -16, "fontWeight": "bold"}
        name = f"● {fit(series.name, 200)}"
        found.append(layer({**text, "color": colour(series, -1, number)}, [{"n": name}], text={"field": "n"}))
        left += sum(12 if ord(sign) > 0x2E80 else 7 for sign in name) + 18
    return found


def _domain(chart: Chart) -> list[int]:
    return list(range(len(chart.categories)))


def _lines(chart: Chart, width: int) -> Spec:
    steps = ticks(min(_held(chart)), max(_held(chart)))
    y = (steps[0], steps[-1])
    x: Spec = {"field": "i", "type": "ordinal", "axis": None}
    x["scale"] = {"type": "point", "padding": 0.5, "domain": _domain(chart)}
    layers = [*_grid(steps, chart.unit), *_names(chart, x, width), *_across(chart, y), *_legend(chart)]
    for number, series in enumerate(chart.series):
        ink = colour(series, -1, number)
        rows = [{"i": i, "v": value} for i, value in enumerate(series.values)]
        bounds = [{"i": i, "low": low, "high": high} for i, (low, high) in enumerate(zip(series.low, series.high))]  # noqa: B905
        if any(row["low"] is not None for row in bounds):
            band = {"type": "area", "color": ink, "opacity": 0.14}
            layers.append(layer(band, bounds, x=x, y=place("low", y), y2={"field": "high"}))
        layers.append(layer({"type": "line", "color": ink, "strokeWidth": 2.5}, rows, x=x, y=place("v", y)))
        point = {"type": "point", "filled": True, "color": ink, "size": 36, "opacity": 1}
        layers.append(layer(point, [row for row in rows if row["v"] is not None], x=x, y=place("v", y)))
    return frame(layers, width, HEIGHT)


def _standing(chart: Chart, width: int) -> Spec:
    held = [*_held(chart), 0.0]
    if chart.kind == "waterfall":
        held = [end for step in steps_of(chart) for end in step]
    steps = ticks(min(held), max(held))
    y = (steps[0], steps[-1])
    x: Spec = {"field": "i", "type": "ordinal", "axis": None}
    x["scale"] = {"type": "band", "padding": 0.25, "domain": _domain(chart)}
    layers = [*_grid(steps, chart.unit), *_names(chart, x, width), *_legend(chart)]
    wide = max(4, int(width / max(len(chart.categories), 1) * 0.7 / max(len(chart.series), 1)))
    for ink, row in _bars(chart, wide):
        bar = {"type": "bar", "color": ink, "width": wide, "xOffset": row["off"]}
        layers.append(layer(bar, [row], x=x, y=place("from", y), y2={"field": "to"}))
        text = {"type": "text", "dy": -8, "fontWeight": "bold", "color": ink, "xOffset": row["off"]}
        layers.append(layer(text, [row], x=x, y=place("top", y), text={"field": "label"}))
    return frame([*layers, *_across(chart, y)], width, HEIGHT)


def _bars(chart: Chart, wide: int) -> list[tuple[str, Row]]:
    """Every bar with its colour, its ends and its label."""
    found = []
    waterfall = steps_of(chart) if chart.kind == "waterfall" else None
    for number, series in enumerate(chart.series):
        off = (number - (len(chart.series) - 1) / 2) * wide
        for i, value in enumerate(series.values):
            if value is None:
                continue
            low, high = waterfall[i] if waterfall else (0.0, value)
            changes = waterfall is not None and 0 < i < len(series.values) - 1
            said = numbers.change if changes else numbers.brief
            row = {"i": i, "from": low, "to": high, "top": max(low, high), "off": off}
            found.append((colour(series, i, number), {**row, "label": said(value, chart.unit, chart.currency)}))
    return found


def _lying(chart: Chart, width: int) -> Spec:
    inner, each = width - 20, ROW if len(chart.series) == 1 else 22
    held = [*_held(chart), 0.0]
    room = (max(held) - min(held)) * 0.3 or 1.0  # for the labels
    x = (min(held) - (room if min(held) < 0 else 0), max(held) + room)
    height = len(chart.categories) * (18 + each * len(chart.series))
    layers = _legend(chart)
    for i, name in enumerate(chart.categories):
        top = i * (18 + each * len(chart.series))
        text = {"type": "text", "align": "left", "x": 0, "y": top + 8, "color": COLOURS["ink"]}
        layers.append(layer(text, [{"name": fit(name, inner)}], text={"field": "name"}))
        for number, series in enumerate(chart.series):
            value = series.values[i]
            if value is None:
                continue
            y, ink = top + 26 + number * each, colour(series, i, number)
            row = [{"v": value, "zero": 0, "label": numbers.brief(value, chart.unit, chart.currency)}]
            bar = {"type": "bar", "color": ink, "height": 12, "y": y}
            layers.append(layer(bar, row, x=place("v", x), x2={"field": "zero"}))
            side = {"align": "left", "dx": 6} if value >= 0 else {"align": "right", "dx": -6}
            label = {"type": "text", "y": y, "fontWeight": "bold", "color": ink, **side}
            layers.append(layer(label, row, x=place("v", x), text={"field": "label"}))
    return frame(layers, inner, max(height, ROW))
