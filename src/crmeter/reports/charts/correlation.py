"""Whether one KPI goes with another: the mean of the one by the other, or a point for each segment or period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import correlation as said
from crmeter.reports import numbers, periods, words
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec, fit, layer, place, ticks, wrapped

Plain = Mapping[str, Any]
WIDE, NARROW = 640, 320
HEIGHT = 280


def picture(found: Plain, width: int = WIDE) -> Spec:
    """The chart of what :func:`crmeter.app.correlating.correlate` found."""
    inner = width - 70
    dots = _means(found) if "bins" in found else _points(found)
    y_ends = [end for dot in dots for end in (dot["low"], dot["high"], dot["y"]) if end is not None]
    y_marks = ticks(min(y_ends, default=0.0), max(y_ends, default=1.0))
    places = [dot["x"] for dot in dots] or [0.0, 1.0]
    x_marks = ticks(min(places), max(places))
    y = {**place("y", (y_marks[0], y_marks[-1]))}
    x = place("x", (x_marks[0], x_marks[-1]))
    layers = _axes(found, x, y, x_marks, y_marks)
    bounded = [dot for dot in dots if dot["low"] is not None]
    layers.append(
        layer({"type": "rule", "color": COLOURS["acc"], "strokeWidth": 2}, bounded, x=x,
              y={**y, "field": "low"}, y2={"field": "high"})
    )  # fmt: skip
    layers.append(layer({"type": "point", "filled": True, "size": 70, "color": COLOURS["acc"], "opacity": 1}, dots,
                        x=x, y=y))  # fmt: skip
    name = {"type": "text", "align": "left", "dx": 8, "dy": -6, "color": COLOURS["ink"]}
    layers.append(layer(name, dots, x=x, y=y, text={"field": "name"}))
    warning = t("{text}. It says nothing about causes.", text=said.subtitle(found))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 10,
        "width": inner,
        "height": HEIGHT,
        "layer": layers,
        "title": {
            "text": wrapped(said.title(found), width, SIZE + 4),
            "subtitle": wrapped(warning, width, SIZE),
            "anchor": "start",
            "frame": "bounds",
            "fontSize": SIZE + 4,
            "subtitleFontSize": SIZE,
            "color": COLOURS["ink"],
            "subtitleColor": COLOURS["muted"],
            "offset": 34,
        },
        "config": {"font": "sans-serif", "view": {"stroke": None}, "text": {"fontSize": SIZE}},
    }


def _axes(found: Plain, x: Spec, y: Spec, x_marks: Sequence[float], y_marks: Sequence[float]) -> list[Spec]:
    steps = [marks[1] - marks[0] for marks in (x_marks, y_marks)]
    up = [{"y": s, "label": numbers.tick(s, found["y"]["unit"], steps[1])} for s in y_marks]
    along = [{"x": s, "label": numbers.tick(s, found["x"]["unit"], steps[0])} for s in x_marks]
    grey = {"type": "text", "color": COLOURS["muted"]}
    names = [{"name": fit(f"↑ {found['y']['name']}", 480)}], [{"name": fit(f"{found['x']['name']} →", 300)}]
    return [
        layer({"type": "rule", "color": COLOURS["line"]}, up, y=y),
        layer({**grey, "align": "right", "x": -8}, up, y=y, text={"field": "label"}),
        layer({**grey, "baseline": "top", "y": HEIGHT + 8}, along, x=x, text={"field": "label"}),
        layer({"type": "text", "align": "left", "x": -40, "y": -16}, names[0], text={"field": "name"}),
        layer({"type": "text", "align": "right", "x": "width", "y": HEIGHT + 34}, names[1], text={"field": "name"}),
    ]


def _means(found: Plain) -> list[dict[str, Any]]:
    """A point for each value (or bin) of the first KPI; what rests on fewer than 5 customers is left out."""
    shown = [each for each in found["bins"] if each["n"] >= 5]
    return [
        {
            "x": (each["low_x"] + each["high_x"]) / 2,
            "y": each["mean"],
            "low": each["low"],
            "high": each["high"],
            "name": t("n = {count}", count=numbers.count(each["n"])),
        }
        for each in shown
    ]


def _points(found: Plain) -> list[dict[str, Any]]:
    by = found["by"]
    return [
        {"x": each["x"], "y": each["y"], "low": None, "high": None,
         "name": fit(words.member(by, each["member"]) if by else periods.said(each["member"]), 120)}
        for each in found["points"]
    ]  # fmt: skip
