"""Why a KPI changed: from the value before, by its parts, to the value now."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, periods, sentences, words
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec, fit, layer, place, ticks, wrapped

Plain = Mapping[str, Any]
MOST = 6  # parts shown; the others together are one more
WIDE, NARROW = 720, 340
HEIGHT, ROW = 300, 44
_SMALL = 0.01  # parts smaller than this share of the largest are taken together
_CUT = 0.25  # where parts move less than this share of the values, the axis does not begin at 0


def waterfall(found: Plain, width: int = WIDE) -> Spec:
    """The chart of what :func:`crmeter.app.driving.drivers` found: columns, on a phone rows."""
    steps, title = parts(found), _title(found)
    rows, bounds, cut = _bars(found, steps)
    subtitle = f"{periods.said(found['base']['name'])} → {periods.said(found['period']['name'])}"
    if cut:
        subtitle = t("{text}; the axis does not begin at 0", text=subtitle)
    layers, size = _rows(found, rows, bounds, width) if width < 400 else _columns(found, rows, bounds, width)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 10,
        **size,
        "layer": layers,
        "title": {
            "text": wrapped(title, width, SIZE + 4),
            "subtitle": wrapped(subtitle, width),
            "anchor": "start",
            "frame": "bounds",
            "fontSize": SIZE + 4,
            "subtitleFontSize": SIZE,
            "color": COLOURS["ink"],
            "subtitleColor": COLOURS["muted"],
            "offset": 18,
        },
        "resolve": {"scale": {"color": "independent"}},
        "config": {"font": "sans-serif", "view": {"stroke": None}, "text": {"fontSize": SIZE}},
    }


def parts(found: Plain) -> list[tuple[str, float]]:
    """The parts that are drawn, with their names: those of the groups where a segment stands out or groups were asked
    for, else those of the factors. They sum to the change."""
    split = _split(found)
    if split:
        named = [(sentences.label(g["by"]), g["part"]) for g in split["groups"]]
        if split["remainder"]:
            named.append((t("counted in several groups"), split["remainder"]))
    else:
        named = [(f["name"], f["part"]) for f in found["factors"]]
    smallest = _SMALL * max((abs(part) for _, part in named), default=0.0)
    large = [abs(part) for _, part in named if abs(part) > smallest]
    if len(named) - len(large) > 1 or len(large) > MOST + 1:
        smallest = max(smallest, *sorted(large, reverse=True)[MOST : MOST + 1], 0.0)
        kept = [(name, part) for name, part in named if abs(part) > smallest]
        rest = math.fsum(part for _, part in named if abs(part) <= smallest)
        named = [*kept, (t("{count} others", count=len(named) - len(kept)), rest)]
    return [(name, part) for name, part in named if part]


def _split(found: Plain) -> Plain | None:
    """The split whose groups are drawn, if any."""
    split = next((s for s in found["splits"] if s["kind"] != "neither"), None)
    return split if found["segments"] or len(found["factors"]) < 2 or found["by"] else None


def _title(found: Plain) -> str:
    """The finding: how the KPI moved, and what most of it comes from."""
    size = numbers.size(abs(found["change"]), found["unit"], found["now"]["currency"])
    said = {"name": found["name"], "size": size}
    rose = found["change"] > 0
    own = [(name, part) for name, part in parts(found) if part * found["change"] > 0]
    if not own:
        return t("{name} did not change", **said) if not found["change"] else (
            t("{name} rose by {size}", **said) if rose else t("{name} fell by {size}", **said))  # fmt: skip
    name, part = max(own, key=lambda each: abs(each[1]))
    share = part / found["change"]
    split = _split(found)
    said["group"] = (
        t("{member} ({dimension})", member=name, dimension=words.dimension(split["by"][0])) if split else name
    )
    if share > 1:
        return t("{name} rose by {size}, more than all of it from: {group}", **said) if rose else t(
            "{name} fell by {size}, more than all of it from: {group}", **said)  # fmt: skip
    said["share"] = numbers.share(share)
    if rose:
        return t("{name} rose by {size}, {share} of it from: {group}", **said)
    return t("{name} fell by {size}, {share} of it from: {group}", **said)


def _bars(found: Plain, steps: Sequence[tuple[str, float]]) -> tuple[list[dict[str, Any]], tuple[float, float], bool]:
    """One bar for the value before, for each part and for the value now; the bounds of the axis, and whether it is
    cut."""
    before, now, unit = found["before"]["value"], found["now"]["value"], found["unit"]
    currency = found["now"]["currency"]
    level, ends, made = before, [before, now], []
    for name, part in steps:
        made.append({"from": level, "to": level + part, "name": name, "kind": _kind(found, part),
                     "label": numbers.change(part, unit, currency)})  # fmt: skip
        level += part
        ends.append(level)
    low, high = min(ends), max(ends)
    cut = low > 0 and high - low < _CUT * high
    foot = low - 0.35 * (high - low) if cut else min(low, 0.0)
    whole = [
        {"from": foot if cut else 0.0, "to": value, "name": periods.said(found[key]["name"]), "kind": "whole",
         "label": numbers.brief(value, unit, currency)}
        for key, value in (("base", before), ("period", now))
    ]  # fmt: skip
    rows = [whole[0], *made, whole[1]]
    for i, row in enumerate(rows):
        row |= {"i": i, "after": row["to"], "top": max(row["from"], row["to"]), "low": min(row["from"], row["to"])}
    steps_of = ticks(foot, high)
    return rows, (foot if cut else steps_of[0], steps_of[-1]), cut


def _kind(found: Plain, part: float) -> str:
    if found["better"] not in ("up", "down"):
        return "plain"
    return "better" if (part > 0) == (found["better"] == "up") else "worse"


_COLOUR = {"whole": "flat", "better": "good", "worse": "bad", "plain": "acc"}


def _columns(
    found: Plain, rows: list[dict[str, Any]], bounds: tuple[float, float], width: int
) -> tuple[list[Spec], Spec]:
    room = width / len(rows)
    marks = [s for s in ticks(*bounds) if bounds[0] <= s <= bounds[1]]
    apart = marks[1] - marks[0] if len(marks) > 1 else 1.0
    lines = [{"y": s, "label": numbers.tick(s, found["unit"], apart)} for s in marks]
    y = {"type": "quantitative", "axis": None, "scale": {"domain": list(bounds), "nice": False}}
    x: Spec = {"field": "i", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.22, "paddingOuter": 0.1}}
    layers = [
        layer({"type": "rule", "color": COLOURS["line"]}, lines, y={**y, "field": "y"}),
        layer({"type": "text", "align": "right", "x": -8, "color": COLOURS["muted"]}, lines, y={**y, "field": "y"},
              text={"field": "label"}),
        layer({"type": "rule", "strokeDash": [3, 3], "color": COLOURS["muted"]},
              [{**row, "next": row["i"] + 1} for row in rows[:-1]],
              x=x, x2={"field": "next"}, y={**y, "field": "after"}),
    ]  # fmt: skip
    for kind, colour in _COLOUR.items():
        of = [row for row in rows if row["kind"] == kind]
        if of:
            bar = {"type": "bar", "color": COLOURS[colour], "cornerRadius": 2}
            layers.append(layer(bar, of, x=x, y={**y, "field": "from"}, y2={"field": "to"}))
            text = {"type": "text", "dy": -9, "fontWeight": "bold", "fontSize": SIZE + 1, "color": COLOURS[colour]}
            layers.append(layer(text, of, x=x, y={**y, "field": "top"}, text={"field": "label"}))
    named = [{"i": row["i"], "name": line, "down": n} for row in rows
             for n, line in enumerate(wrapped(row["name"], int(room), SIZE, 2))]  # fmt: skip
    for n in (0, 1):
        text = {"type": "text", "baseline": "top", "y": HEIGHT + 8 + n * (SIZE + 4), "color": COLOURS["ink"]}
        layers.append(layer(text, [row for row in named if row["down"] == n], x=x, text={"field": "name"}))
    return layers, {"width": width, "height": HEIGHT}


def _rows(found: Plain, rows: list[dict[str, Any]], bounds: tuple[float, float], width: int) -> tuple[list[Spec], Spec]:
    inner = width - 20
    x = (bounds[0], bounds[1] + 0.3 * (bounds[1] - bounds[0]))  # room for the label of the longest bar
    y: Spec = {"field": "i", "type": "ordinal", "axis": None, "scale": {"padding": 0.3}}
    layers = [
        layer({"type": "text", "align": "left", "x": 0, "dy": -15, "color": COLOURS["ink"]},
              [{"i": row["i"], "name": fit(row["name"], inner)} for row in rows], y=y, text={"field": "name"}),
    ]  # fmt: skip
    for kind, colour in _COLOUR.items():
        of = [row for row in rows if row["kind"] == kind]
        if of:
            bar = {"type": "bar", "color": COLOURS[colour], "height": 14, "yOffset": 6, "cornerRadius": 2}
            layers.append(layer(bar, of, y=y, x=place("from", x), x2={"field": "to"}))
            text = {"type": "text", "align": "left", "dx": 5, "dy": 6, "fontWeight": "bold", "color": COLOURS[colour]}
            layers.append(layer(text, of, y=y, x=place("top", x), text={"field": "label"}))
    return layers, {"width": inner, "height": ROW * len(rows)}
