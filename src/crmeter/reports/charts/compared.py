"""Lying bars of shares, each with a mark of what it is to be compared with; what stands out in the title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.reports import numbers
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec, fit, layer, lines, place, ticks

ROW, NAMES, BARS = 30, 210, 380  # px
HEADING = ROW * 0.8  # px above the first row of a group


@dataclass(frozen=True)
class Row:
    """A bar of a ``share`` with its name, and the share it is ``compared`` with, which may be undefined. ``group`` is
    written above the first row of each."""

    name: str
    share: float
    compared: float | None
    group: str = ""


def compared(title: str, said: Sequence[str], bar: str, mark: str, rows: Sequence[Row]) -> Spec:
    """The chart: ``bar`` and ``mark`` say what each of them is, ``said`` stands beneath the title."""
    held = [share for row in rows for share in (row.share, row.compared) if share is not None]
    steps = ticks(0.0, max(held, default=1.0))
    x, apart = (0.0, steps[-1]), steps[1] - steps[0]
    placed, headings, height = _placed(rows)
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    grid = [{"x": step, "label": numbers.tick(step, "share", apart)} for step in steps]
    named = {"type": "text", "align": "right", "x": -10, "baseline": "middle"}
    layers = [
        layer({"type": "rule", "color": COLOURS["line"]}, grid, x=place("x", x)),
        layer({"type": "text", "y": height + 12, "color": COLOURS["muted"]}, grid, x=place("x", x), text=_text()),
        layer({"type": "rule", "strokeWidth": ROW * 0.5, "color": COLOURS["acc"], "opacity": 0.85}, placed,
              x=place("from", x), x2={"field": "share"}, y=y),
        layer({"type": "tick", "orient": "vertical", "size": ROW * 0.8, "thickness": 3, "color": COLOURS["ink"]},
              [row for row in placed if row["compared"] is not None], x=place("compared", x), y=y),
        layer(named, placed, y=y, text=_text()),
        layer({"type": "text", "align": "left", "dx": 8, "baseline": "middle"}, placed,
              x=place("end", x), y=y, text={"field": "said"}),
        layer({**named, "fontWeight": "bold"}, headings, y=y, text=_text()),
        *_legend(bar, mark, height + 38),
    ]  # fmt: skip
    return _framed(title, said, layers, height)


def _placed(rows: Sequence[Row]) -> tuple[list[Spec], list[Spec], float]:
    """Where each bar and each heading lies, in px from above, and how high all of them are."""
    placed: list[Spec] = []
    headings: list[Spec] = []
    y, group = 0.0, ""
    for row in rows:
        if row.group != group:
            headings.append({"y": y + HEADING * 0.6, "label": fit(row.group, NAMES)})
            y, group = y + HEADING, row.group
        placed.append(
            {
                "y": y + ROW / 2,
                "from": 0.0,
                "share": row.share,
                "compared": row.compared,
                "end": max(row.share, row.compared or 0.0),
                "label": fit(row.name, NAMES),
                "said": numbers.amount(row.share, "share"),
            }
        )
        y += ROW
    return placed, headings, max(y, ROW)


def _legend(bar: str, mark: str, y: float) -> list[Spec]:
    text = {"type": "text", "align": "left", "baseline": "middle", "color": COLOURS["muted"]}
    right = BARS / 2
    return [
        _there({"type": "point", "shape": "square", "size": 130, "filled": True, "color": COLOURS["acc"],
                "opacity": 0.85, "x": 6, "y": y}),
        _there({**text, "x": 20, "y": y, "text": fit(bar, int(right) - 30)}),
        _there({"type": "tick", "orient": "vertical", "size": 18, "thickness": 3, "color": COLOURS["ink"],
                "x": right, "y": y}),
        _there({**text, "x": right + 12, "y": y, "text": fit(mark, int(right))}),
    ]  # fmt: skip


def _there(mark: Spec) -> Spec:
    return {"mark": mark, "data": {"values": [{}]}, "encoding": {}}


def _text() -> Spec:
    return {"field": "label"}


def _framed(title: str, said: Sequence[str], layers: list[Spec], height: float) -> Spec:
    room = NAMES + BARS
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 10,
        "width": BARS,
        "height": height,
        "title": {
            "text": lines(title, room, SIZE + 4),
            "subtitle": [line for each in said for line in lines(each, room, SIZE)],
            "anchor": "start",
            "frame": "bounds",
            "fontSize": SIZE + 3,
            "color": COLOURS["ink"],
            "subtitleColor": COLOURS["muted"],
            "subtitleFontSize": SIZE,
            "offset": 14,
        },
        "layer": layers,
        "config": {
            "font": "sans-serif",
            "aria": False,
            "view": {"stroke": None},
            "text": {"fontSize": SIZE, "color": COLOURS["ink"]},
        },
    }
