"""A forecast: the history as a line, what is expected with its 80% and 95% intervals, and where the level changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import t
from crmeter.reports import forecast as said
from crmeter.reports import numbers, periods
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec, layer, place, ticks, wrapped

Plain = Mapping[str, Any]
WIDE, HEIGHT = 720, 260
SHOWN = {"month": 36, "week": 78, "quarter": 20}  # periods of the past
MOST = 6  # panels
FAR = 3.0  # times the range of the past, that an interval may take of the picture


def picture(found: Plain, calendar: Calendar, width: int = WIDE) -> Spec:
    """A panel for each series with a forecast, the first MOST."""
    told = [series for series in found["series"] if series["forecast"]][:MOST]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 10,
        "vconcat": [_panel(found, series, calendar, width) for series in told],
        "spacing": 40,
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "text": {"fontSize": SIZE, "color": COLOURS["ink"]},
        },
    }


def _panel(found: Plain, series: Plain, calendar: Calendar, width: int) -> Spec:
    past = list(series["history"])[-SHOWN[found["grain"]] :]
    rows = [{**_place(each, found, calendar), "y": each["value"] if each["used"] else None} for each in past]
    coming = [{**_place(each, found, calendar), "y": each["value"], **each} for each in series["forecast"]]
    ends = _ends(rows, coming)
    marks = ticks(*ends)
    y = place("y", (marks[0], marks[-1]))
    order = [row["x"] for row in (*rows, *coming)]
    x: Spec = {"field": "x", "type": "ordinal", "axis": None, "scale": {"type": "point", "domain": order}}
    layers = [*_axes([*rows, *coming], marks, found["unit"], x, y), *_bands(coming, x, y, marks)]
    layers += _changes(series, order, x, y)
    layers += _lines(rows, coming, x, y)
    return {
        "width": width - 90,
        "height": HEIGHT,
        "layer": layers,
        "title": {
            "text": wrapped(said.title(found, series, calendar), width, SIZE + 3),
            "subtitle": wrapped(_below(found, series), width, SIZE),
            "anchor": "start",
            "frame": "group",
            "fontSize": SIZE + 3,
            "subtitleFontSize": SIZE,
            "color": COLOURS["ink"],
            "subtitleColor": COLOURS["muted"],
            "offset": 16,
        },
    }


def _below(found: Plain, series: Plain) -> str:
    legend = t("Line: what was; dashes: what is expected; dark and light band: 80% and 95%.")
    return f"{legend} {said.choice(found, series)[0]}"


def _place(each: Plain, found: Plain, calendar: Calendar) -> dict[str, Any]:
    name = periods.name_of({**each, "grain": found["grain"]}, calendar)
    label, year = periods.short(name)
    return {"x": each["start"], "label": label, "year": year}


def _ends(rows: list[dict[str, Any]], coming: list[dict[str, Any]]) -> tuple[float, float]:
    """From the lowest to the highest; of intervals no more than a few times the range of the values."""
    held = [row["y"] for row in (*rows, *coming) if row["y"] is not None]
    low, high = min(held), max(held)
    room = FAR * ((high - low) or abs(high) or 1.0)
    bounds = [row[key] for row in coming for key in ("low_95", "high_95")]
    least, most = max(min([low, *bounds]), low - room), min(max([high, *bounds]), high + room)
    return least, most


def _axes(rows: list[dict[str, Any]], marks: list[float], unit: str, x: Spec, y: Spec) -> list[Spec]:
    apart = marks[1] - marks[0]
    lines = [{"y": mark, "label": numbers.tick(mark, unit, apart)} for mark in marks]
    text = {"type": "text", "color": COLOURS["muted"]}
    step = max(1, len(rows) // 12)
    named = [row for place, row in enumerate(rows) if place % step == 0]
    years = [row for place, row in enumerate(named) if place == 0 or row["year"] != named[place - 1]["year"]]
    return [
        layer({"type": "rule", "color": COLOURS["line"]}, lines, y=y),
        layer({**text, "align": "right", "x": -8}, lines, y=y, text={"field": "label"}),
        layer({**text, "baseline": "top", "y": HEIGHT + 8}, named, x=x, text={"field": "label"}),
        layer({**text, "baseline": "top", "y": HEIGHT + 24}, years, x=x, text={"field": "year"}),
    ]


def _bands(coming: list[dict[str, Any]], x: Spec, y: Spec, marks: list[float]) -> list[Spec]:
    layers = []
    for level, opacity in (("95", 0.14), ("80", 0.26)):
        rows = [
            {"x": row["x"], "y": max(row[f"low_{level}"], marks[0]), "up": min(row[f"high_{level}"], marks[-1])}
            for row in coming
        ]
        mark: Spec = {"type": "area", "color": COLOURS["acc"], "opacity": opacity}
        if len(rows) == 1:
            mark = {"type": "bar", "size": 14, "color": COLOURS["acc"], "opacity": opacity}
        layers.append(layer(mark, rows, x=x, y=y, y2={"field": "up"}))
    return layers


def _lines(rows: list[dict[str, Any]], coming: list[dict[str, Any]], x: Spec, y: Spec) -> list[Spec]:
    line = {"type": "line", "color": COLOURS["ink"], "strokeWidth": 2}
    point = {"type": "point", "filled": True, "size": 16, "color": COLOURS["ink"], "opacity": 1}
    joined = [row for row in rows if row["y"] is not None][-1:] + coming
    return [
        layer(line, rows, x=x, y=y),
        layer(point, [row for row in rows if row["y"] is not None], x=x, y=y),
        layer({**line, "color": COLOURS["acc"], "strokeDash": [5, 3]}, joined, x=x, y=y),
        layer({**point, "color": COLOURS["acc"], "size": 30}, coming, x=x, y=y),
    ]


def _changes(series: Plain, order: list[str], x: Spec, y: Spec) -> list[Spec]:
    """A line at each change that is in the picture, with the event nearest to it."""
    inside = [each for each in series["changes"] or () if each["period"]["start"] in order]
    rows = [
        {"x": each["period"]["start"], "name": "▲" if each["direction"] == "up" else "▼"}
        for each in inside
    ]  # fmt: skip
    rule = {"type": "rule", "color": COLOURS["goal"], "strokeDash": [2, 3], "strokeWidth": 1.5}
    text = {"type": "text", "color": COLOURS["goal"], "baseline": "bottom", "y": -2}
    return [layer(rule, rows, x=x), layer(text, rows, x=x, text={"field": "name"})]
