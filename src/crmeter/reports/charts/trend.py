"""A KPI over its last periods, with interval and target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, periods
from crmeter.reports.charts.theme import COLOURS, Spec, frame, layer, place, ticks
from crmeter.reports.reading import Line, Reading

HEIGHT = 190


def trend(line: Line, reading: Reading, width: int) -> Spec:
    """The values of ``line.trend``; undefined ones leave a gap, a period in progress is a hollow point."""
    rows = _rows(line, reading)
    raw = line.raw.get("target")
    target = raw["target"] if raw else None
    held = [row[key] for row in rows for key in ("v", "low", "high") if row[key] is not None]
    steps = ticks(*_range([*held, *([target] if target is not None else [])]))
    y = (steps[0], steps[-1])
    inner = width - 60
    x: Spec = {
        "field": "i",
        "type": "ordinal",
        "axis": None,
        "scale": {"type": "point", "padding": 0.5, "domain": [row["i"] for row in rows]},
    }
    layers = [*_grid(steps, line.unit, y), *_labels(rows, x)]
    layers.append(
        layer(
            {"type": "area", "color": COLOURS["acc"], "opacity": 0.14},
            rows,
            x=x,
            y=place("low", y),
            y2={"field": "high"},
        )
    )
    if target is not None:
        layers += _target(line, target, y, inner)
    layers.append(layer({"type": "line", "color": COLOURS["acc"], "strokeWidth": 2.5}, rows, x=x, y=place("v", y)))
    seen = [row for row in rows if row["v"] is not None]
    for complete in (True, False):
        fill = COLOURS["acc"] if complete else COLOURS["surface"]
        mark = {"type": "point", "filled": False, "fill": fill, "stroke": COLOURS["acc"], "size": 36, "opacity": 1}
        layers.append(layer(mark, [row for row in seen if row["complete"] is complete], x=x, y=place("v", y)))
    if seen and seen[-1] is rows[-1]:
        layers.append(_now(rows, x, y))
    return frame(layers, inner, HEIGHT)


def _rows(line: Line, reading: Reading) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    shown_year = ""
    for i, value in enumerate(line.trend):
        label, year = periods.short(reading.period_name(value))
        rows.append(
            {
                "i": i,
                "v": value["value"],
                "low": value.get("low") if value["value"] is not None else None,
                "high": value.get("high") if value["value"] is not None else None,
                "complete": bool(value["complete"]),
                "label": label,
                "year": year if year != shown_year else "",
                "said": "" if value["value"] is None else numbers.brief(value["value"], line.unit, line.currency),
            }
        )
        shown_year = year
    if len(rows) > 1 and rows[1]["year"]:
        rows[0]["year"] = ""  # no room for two years side by side
    return rows


def _range(held: Sequence[float]) -> tuple[float, float]:
    """From the lowest to the highest, with room for the label of the last point."""
    if not held:
        return 0.0, 1.0
    room = (max(held) - min(held)) * 0.12
    return min(held) - (room if min(held) < 0 or min(held) > room else 0), max(held) + room


def _grid(steps: Sequence[float], unit: str, y: tuple[float, float]) -> list[Spec]:
    apart = steps[1] - steps[0]
    rows = [{"y": step, "label": numbers.tick(step, unit, apart)} for step in steps]
    text = {"type": "text", "align": "right", "x": -8, "color": COLOURS["muted"]}
    return [
        layer({"type": "rule", "color": COLOURS["line"]}, rows, y=place("y", y)),
        layer(text, rows, y=place("y", y), text={"field": "label"}),
    ]


def _labels(rows: Sequence[dict[str, Any]], x: Spec) -> list[Spec]:
    text = {"type": "text", "baseline": "top", "color": COLOURS["muted"]}
    return [
        layer({**text, "y": HEIGHT + 8}, rows, x=x, text={"field": "label"}),
        layer({**text, "y": HEIGHT + 24}, [row for row in rows if row["year"]], x=x, text={"field": "year"}),
    ]


def _target(line: Line, target: float, y: tuple[float, float], width: int) -> list[Spec]:
    row = {"y": target, "label": t("target {value}", value=numbers.brief(target, line.unit, line.currency))}
    text = {"type": "text", "color": COLOURS["goal"], "align": "left", "x": 2, "dy": -7, "fontWeight": "bold"}
    rule = {"type": "rule", "color": COLOURS["goal"], "strokeWidth": 1.5, "strokeDash": [5, 3]}
    return [layer(rule, [row], y=place("y", y)), layer(text, [row], y=place("y", y), text={"field": "label"})]


def _now(rows: Sequence[dict[str, Any]], x: Spec, y: tuple[float, float]) -> Spec:
    last = rows[-1]
    before = next((row["v"] for row in reversed(rows[:-1]) if row["v"] is not None), last["v"])
    above = last["v"] >= before  # on the outer side of the bend, away from the line
    text = {"type": "text", "fontWeight": "bold", "align": "right", "dx": 10, "fontSize": 13}
    text["dy"] = -14 if above else 16
    return layer(text, [last], x=x, y=place("v", y), text={"field": "said"})
