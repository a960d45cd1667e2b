"""Where a finding comes from: each segment before and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.reports import numbers, sentences, words
from crmeter.reports.charts.theme import COLOURS, Spec, fit, frame, layer, place, ticks
from crmeter.reports.reading import Line

ROW = 36
MOST = 6  # segments shown; the table beside the chart has them all


def segments(line: Line, found: Sequence[Mapping[str, Any]], width: int) -> Spec:
    """A hollow point for before, a full one for now, joined by a line; segments undefined on a side are left out."""
    rows = _rows(line, found, width - 160)
    steps = ticks(
        min([row["before"] for row in rows] + [row["now"] for row in rows], default=0.0),
        max([row["before"] for row in rows] + [row["now"] for row in rows], default=1.0),
        3,
    )
    x, height = (steps[0], steps[-1]), ROW * max(len(rows), 1)
    inner = width - 40
    y: Spec = {
        "field": "i",
        "type": "ordinal",
        "axis": None,
        "scale": {"type": "band", "domain": [row["i"] for row in rows]},
    }
    apart = steps[1] - steps[0]
    marks = [{"x": step, "label": numbers.tick(step, line.unit, apart)} for step in steps]
    tick_text = {"type": "text", "baseline": "top", "y": height + 6, "color": COLOURS["muted"]}
    name = {"type": "text", "align": "left", "x": 0, "dy": -10, "fontWeight": "bold"}
    moved = {"type": "text", "align": "right", "x": inner, "dy": -10}
    layers = [
        layer({"type": "rule", "color": COLOURS["line"]}, marks, x=place("x", x)),
        layer(tick_text, marks, x=place("x", x), text={"field": "label"}),
        layer(name, rows, y=y, text={"field": "name"}),
        layer(moved, rows, y=y, text={"field": "moved"}),
    ]
    for code in words.VERDICTS:
        of = [row for row in rows if row["verdict"] == code]
        if of:
            layers += _moves(of, x, y, _COLOUR[code])
    return frame(layers, inner, height)


_COLOUR = {
    "better": COLOURS["good"],
    "worse": COLOURS["bad"],
    "no_change": COLOURS["flat"],
    "changed": COLOURS["acc"],
    "unknown": COLOURS["flat"],
}


def _rows(line: Line, found: Sequence[Mapping[str, Any]], width: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for each in found:
        before, now = each["before"]["value"], each["now"]["value"]
        if before is None or now is None or len(rows) == MOST:
            continue
        change = numbers.change(now - before, line.unit, line.currency)
        verdict = segment_verdict(line, each)
        rows.append(
            {
                "i": len(rows),
                "before": before,
                "now": now,
                "verdict": verdict,
                "name": fit(sentences.label(each["by"]), width),
                "moved": f"{words.icon(verdict)} {change}",
            }
        )
    return rows


def segment_verdict(line: Line, found: Mapping[str, Any]) -> str:
    """Whether a segment moved for the better: judged like its KPI, within noise it did not move."""
    change = found.get("change")
    if change is None:
        return "unknown"
    if not found.get("beyond_noise") or change == 0:
        return "no_change"
    if line.better not in ("up", "down"):
        return "changed"
    return "better" if (change > 0) == (line.better == "up") else "worse"


def _moves(rows: list[dict[str, Any]], x: tuple[float, float], y: Spec, colour: str) -> list[Spec]:
    low = {"type": "rule", "color": colour, "strokeWidth": 2.5, "yOffset": 6}
    before = {"type": "point", "filled": False, "fill": COLOURS["surface"], "stroke": colour, "size": 60}
    now = {"type": "point", "filled": False, "fill": colour, "stroke": colour, "size": 80}
    return [
        layer(low, rows, x=place("before", x), x2={"field": "now"}, y=y),
        layer({**before, "opacity": 1, "yOffset": 6}, rows, x=place("before", x), y=y),
        layer({**now, "opacity": 1, "yOffset": 6}, rows, x=place("now", x), y=y),
    ]
