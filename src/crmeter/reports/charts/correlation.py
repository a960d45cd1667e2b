"""Whether one KPI goes with another: the mean of the one by the other, or a point for each segment or period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
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
    dots, x_marks = _means(found) if "bins" in found else _points(found)
    y_ends = [end for dot in dots for end in (dot["low"], dot["high"], dot["y"]) if end is not None]
    y_marks = ticks(min(y_ends, default=0.0), max(y_ends, default=1.0))
    room = 0.08 * (x_marks[-1]["x"] - x_marks[0]["x"])
    x = place("x", (x_marks[0]["x"] - room, x_marks[-1]["x"] + room))
    y = place("y", (y_marks[0], y_marks[-1]))
    _thin(dots, x["scale"]["domain"], y["scale"]["domain"], inner)
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


def _thin(dots: list[dict[str, Any]], across: Sequence[float], up: Sequence[float], width: int) -> None:
    """Take away the names that would lie on one another or run out of the chart."""
    placed: list[tuple[float, float]] = []
    for dot in dots:
        left = (dot["x"] - across[0]) / (across[1] - across[0]) * width
        top = (dot["y"] - up[0]) / (up[1] - up[0]) * HEIGHT
        long = len(dot["name"]) * SIZE * 0.8
        if left + long > width + 40 or any(abs(left - x) < long and abs(top - y) < 16 for x, y in placed):
            dot["name"] = ""
        else:
            placed.append((left, top))


def _axes(found: Plain, x: Spec, y: Spec, along: Sequence[Plain], y_marks: Sequence[float]) -> list[Spec]:
    up = [{"y": s, "label": numbers.tick(s, found["y"]["unit"], y_marks[1] - y_marks[0])} for s in y_marks]
    grey = {"type": "text", "color": COLOURS["muted"]}
    names = [{"name": fit(f"↑ {_named(found, 'y')}", 480)}], [{"name": fit(f"{_named(found, 'x')} →", 300)}]
    return [
        layer({"type": "rule", "color": COLOURS["line"]}, up, y=y),
        layer({**grey, "align": "right", "x": -8}, up, y=y, text={"field": "label"}),
        layer({**grey, "baseline": "top", "y": HEIGHT + 8}, along, x=x, text={"field": "label"}),
        layer({"type": "text", "align": "left", "x": -40, "y": -16}, names[0], text={"field": "name"}),
        layer({"type": "text", "align": "right", "x": "width", "y": HEIGHT + 34}, names[1], text={"field": "name"}),
    ]


def _named(found: Plain, side: str) -> str:
    name: str = found[side]["name"]
    return t("{name}, change from period to period", name=name) if found["level"] == "period" else name


def _means(found: Plain) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A point for each value or bin of the first KPI, and the marks below; of fewer than 5 customers there is none.
    Bins stand side by side: their width says nothing."""
    shown = [each for each in found["bins"] if each["n"] >= 5]
    binned = any(each["low_x"] != each["high_x"] for each in shown)
    unit = found["x"]["unit"]
    dots, marks = [], []
    for i, each in enumerate(shown):
        at = float(i) if binned else each["low_x"]
        low, high = (numbers.tick(each[key], unit, 0.1) for key in ("low_x", "high_x"))
        marks.append({"x": at, "label": low if low == high else t("{low} to {high}", low=low, high=high)})
        name = t("n = {count}", count=numbers.count(each["n"]))
        dots.append({"x": at, "y": each["mean"], "low": each["low"], "high": each["high"], "name": name})
    return dots, marks if len(marks) > 1 else _marks([dot["x"] for dot in dots], unit)


def _points(found: Plain) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A point for each segment; over periods for each change from one to the next, since those are correlated."""
    by, points = found["by"], list(found["points"])
    told = [
        {"x": each["x"], "y": each["y"], "name": words.member(by, each["member"]) if by else
         " ".join(periods.short(each["member"])).strip()}
        for each in points
    ]  # fmt: skip
    if found["level"] == "period":
        told = [{**b, "x": b["x"] - a["x"], "y": b["y"] - a["y"]} for a, b in pairwise(told)]
    dots = [{**each, "low": None, "high": None, "name": fit(each["name"], 120)} for each in told]
    return dots, _marks([dot["x"] for dot in dots], found["x"]["unit"])


def _marks(places: Sequence[float], unit: str) -> list[dict[str, Any]]:
    steps = ticks(min(places, default=0.0), max(places, default=1.0))
    return [{"x": s, "label": numbers.tick(s, unit, steps[1] - steps[0])} for s in steps]
