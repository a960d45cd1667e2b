"""What moved: the relative change of every KPI that moved beyond noise."""

from __future__ import annotations

from typing import Any

from crmeter.reports import numbers, words
from crmeter.reports.charts.theme import COLOURS, Spec, fit, frame, layer, place
from crmeter.reports.reading import Line, Reading

ROW = 26
MOST = 14
CLIP = 1.0  # a change beyond ±100% is drawn as that; its label tells the number
_COLOUR = {"better": COLOURS["good"], "worse": COLOURS["bad"], "changed": COLOURS["acc"]}


def moved(reading: Reading) -> list[Line]:
    """The KPIs that moved beyond noise against the period before, by relative size, largest first."""
    found = [line for line in reading.lines if line.verdict in _COLOUR and relative(line) is not None]
    return sorted(found, key=lambda line: -abs(relative(line) or 0.0))[:MOST]


def clipped(reading: Reading) -> bool:
    """Whether a bar is longer than can be drawn."""
    return any(abs(relative(line) or 0.0) > CLIP for line in moved(reading))


def moves(reading: Reading, width: int) -> Spec:
    """One bar a KPI: worse in one colour, better in the other, each with its sign, word icon and number."""
    narrow = width < 400
    names = 0 if narrow else min(330, int(width * 0.35))
    inner = width - names - 16
    rows = [_row(i, line, narrow, names) for i, line in enumerate(moved(reading))]
    height = (ROW + (16 if narrow else 0)) * max(len(rows), 1)
    edge = max([abs(row["x"]) * _room(row["label"], inner) for row in rows], default=1.0)
    y: Spec = {
        "field": "i",
        "type": "ordinal",
        "axis": None,
        "scale": {"type": "band", "domain": [row["i"] for row in rows], "padding": 0.25},
    }
    # on a phone the name stands above its bar
    name = {"type": "text", "align": "left", "x": 0, "dy": -9}
    if not narrow:
        name = {"type": "text", "align": "right", "x": -10}
    zero = {"type": "rule", "color": COLOURS["line" if narrow else "muted"]}
    layers = [layer(zero, [{"x": 0}], x=place("x", (-edge, edge)))]
    for code, colour in _COLOUR.items():
        of = [row for row in rows if row["verdict"] == code]
        bar = {"type": "bar", "color": colour, "height": 12, "cornerRadiusEnd": 2, "yOffset": 8 if narrow else 0}
        if of:
            layers.append(layer(bar, of, x=place("x", (-edge, edge)), x2={"field": "zero"}, y=y))
    for right in (True, False):
        text = {"type": "text", "align": "left" if right else "right", "dx": 6 if right else -6, "fontWeight": "bold"}
        of = [row for row in rows if (row["x"] >= 0) is right]
        mark = {**text, "dy": 8 if narrow else 0}
        layers.append(layer(mark, of, x=place("x", (-edge, edge)), y=y, text={"field": "label"}))
    layers.append(layer(name, rows, y=y, text={"field": "name"}))
    return frame(layers, inner, height)


def relative(line: Line) -> float | None:
    """The change as a share of the base; None where the base is no size, as of a score that may be negative."""
    found = line.raw.get("previous") or {}
    base = (found.get("base") or {}).get("value")
    if line.unit == "points" or not base or base < 0 or found.get("change") is None:
        return None
    return float(found["change"]) / float(base)


def _room(label: str, inner: int) -> float:
    """How many times as long as a bar its side of the axis is, so that the label fits behind the bar."""
    wide = 14 + sum(12.5 if ord(sign) > 0x2E80 else 7.2 for sign in label)
    return inner / 2 / max(inner / 2 - wide, inner / 10)


def _row(i: int, line: Line, narrow: bool, names: int) -> dict[str, Any]:
    change = relative(line) or 0.0
    # a share that grows by half is told in points too, or one reads 50 points
    points = f"  ({line.comparisons['previous'].change})" if line.unit == "share" and not narrow else ""
    return {
        "i": i,
        "zero": 0,
        "x": max(-CLIP, min(CLIP, change)),
        "verdict": line.verdict,
        "name": fit(line.card.name, names or 270),
        "label": f"{words.icon(line.verdict)} {numbers.relative(change)}{points}",
    }
