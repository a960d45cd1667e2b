"""Values as they were asked for: a panel for each KPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import t
from crmeter.reports import numbers, periods, words
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec

WIDTH, HEIGHT, ROW = 620, 220, 26
_FORMATS = {"share": ".1~%", "money": ",.0~f", "count": ",.0~f"}


def picture(values: Sequence[Mapping[str, Any]], names: Mapping[str, str], calendar: Calendar) -> Spec:
    """The panels below one another; undefined values leave a gap."""
    kpis = list(dict.fromkeys(value["kpi"] for value in values))
    panels = [_panel(names[kpi], [value for value in values if value["kpi"] == kpi], calendar) for kpi in kpis]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 8,
        "vconcat": panels,
        "spacing": 28,
        "resolve": {"scale": {"color": "independent"}},
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {"labelFontSize": SIZE, "labelColor": COLOURS["muted"], "gridColor": COLOURS["line"]},
            "title": {"anchor": "start", "fontSize": SIZE + 2, "color": COLOURS["ink"]},
            "legend": {"labelFontSize": SIZE, "labelLimit": 0},
        },
    }


def _panel(title: str, values: Sequence[Mapping[str, Any]], calendar: Calendar) -> Spec:
    rows = [_row(value, calendar) for value in values]
    over_time = len({row["period"] for row in rows}) > 1
    title = _finding(title, rows, over_time)
    return {"title": title, "data": {"values": rows}, **(_lines(rows) if over_time else _bars(rows))}


def _finding(name: str, rows: list[dict[str, Any]], over_time: bool) -> str:
    """What a panel shows, in a sentence: the newest value and the extremes, or the extremes of the groups."""
    known = [row for row in rows if row["value"] is not None]
    if over_time and known and rows[0]["split"]:
        known = [row for row in known if row["start"] == known[-1]["start"]]
    if len(known) < 2:
        return name
    least, most = min(known, key=lambda row: row["value"]), max(known, key=lambda row: row["value"])
    if over_time and not rows[0]["split"]:
        return t(
            "{name}: {now} in {period}; highest {most} in {best}, lowest {least} in {worst}",
            name=name,
            now=known[-1]["said"],
            period=known[-1]["when"],
            most=most["said"],
            best=most["when"],
            least=least["said"],
            worst=least["when"],
        )
    return t(
        "{name}, {period}: highest {most} ({best}), lowest {least} ({worst})",
        name=name,
        period=known[-1]["when"],
        most=most["said"],
        best=most["group"],
        least=least["said"],
        worst=least["group"],
    )


def _row(value: Mapping[str, Any], calendar: Calendar) -> dict[str, Any]:
    name = periods.name_of(value, calendar)
    members = (words.member(dimension, member) for dimension, member in value["by"].items())
    return {
        "period": " ".join(part for part in periods.short(name) if part),
        "start": value["start"],
        "when": periods.said(name),
        "group": ", ".join(members) or periods.said(name),
        "split": bool(value["by"]),
        "value": value["value"],
        "low": value["low"],
        "high": value["high"],
        "said": numbers.amount(value["value"], value["unit"], value["currency"]),
        "format": _FORMATS.get(value["unit"], ",.2~f"),
    }


def _lines(rows: list[dict[str, Any]]) -> Spec:
    two_lines = {"labelAngle": 0, "labelExpr": "split(datum.label, ' ')", "labelOverlap": True}
    x = {"field": "period", "type": "ordinal", "sort": {"field": "start"}, "title": None, "axis": two_lines}
    y = {"type": "quantitative", "title": None, "axis": {"format": rows[0]["format"]}, "scale": {"zero": False}}
    colour: Spec = {"value": COLOURS["acc"]}
    if rows[0]["split"]:
        colour = {"field": "group", "type": "nominal", "title": None}
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 2.5, "point": True},
            "encoding": {"x": x, "y": {**y, "field": "value"}, "color": colour},
        }
    ]
    if not rows[0]["split"]:
        band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour}
        layers.insert(0, {"mark": {"type": "area", "opacity": 0.14}, "encoding": band})
    return {"width": WIDTH, "height": HEIGHT, "layer": layers}


def _bars(rows: list[dict[str, Any]]) -> Spec:
    y = {"field": "group", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 0}}
    x = {"type": "quantitative", "title": None, "axis": {"format": rows[0]["format"]}}
    said = {"type": "text", "align": "left", "dx": 6, "fontSize": SIZE, "color": COLOURS["ink"]}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "color": COLOURS["acc"]}, "encoding": {"x": {**x, "field": "value"}, "y": y}},
        {"mark": said, "encoding": {"x": {**x, "field": "value"}, "y": y, "text": {"field": "said"}}},
    ]
    return {"width": WIDTH, "height": max(ROW * len(rows), 2 * ROW), "layer": layers}
