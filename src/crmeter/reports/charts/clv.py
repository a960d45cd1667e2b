"""Customer values as pictures: what was expected of held-out orders against what came, and who is worth what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.reports import customer_values as words
from crmeter.reports import numbers
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec

WIDTH, HEIGHT, ROW = 620, 220, 30
MOST = 20  # groups that are drawn; the table has all
Plain = Mapping[str, Any]


def picture(found: Plain) -> Spec:
    """The value by group (by tier, if no dimension was asked for), and the deciles of the check below it."""
    if found["purchases"] is None:
        raise UserError.of(t("There are no values to draw."), words.too_little(found))
    panels = [_values(found)]
    if found["purchases"]["held_out"] is not None:
        panels.append(_deciles(found))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 8,
        "vconcat": panels,
        "spacing": 32,
        "resolve": {"scale": {"color": "independent"}},
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {"labelFontSize": SIZE, "titleFontSize": SIZE, "labelColor": COLOURS["muted"],
                     "titleColor": COLOURS["muted"], "titleFontWeight": "normal", "gridColor": COLOURS["line"]},
            "title": {"anchor": "start", "fontSize": SIZE + 2, "color": COLOURS["ink"], "subtitleFontSize": SIZE,
                      "subtitleColor": COLOURS["muted"], "limit": WIDTH + 160},
            "legend": {"labelFontSize": SIZE, "labelLimit": 0, "title": None, "orient": "top"},
        },
    }  # fmt: skip


def _values(found: Plain) -> Spec:
    """A point for the expected value per customer of each group, over the 95% of what may really come."""
    part = found["purchases"]
    rows = []
    groups = words.shown(part["groups"] if part["groups"] is not None else part["tiers"])
    for row in [row for row in groups if row["customers"]][:MOST]:
        name = words.member(found["by"], row["member"]) if part["groups"] is not None else words.tier(row["member"])
        size = row["customers"]
        rows.append(
            {
                "group": f"{name} ({numbers.count(size)})",
                "value": row["mean_value"],
                "low": row["expected_value"]["prediction_low"] / size,
                "high": row["expected_value"]["prediction_high"] / size,
                "said": words.money(row["mean_value"], found),
            }
        )
    y = {"field": "group", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 240}}
    per = t("Expected value per customer in {days} days, {currency}", days=numbers.count(found["horizon_days"]),
            currency=found["currency"])  # fmt: skip
    x = {"type": "quantitative", "title": per, "axis": {"format": ",.0~f", "tickCount": 6}, "scale": {"domainMin": 0}}
    said = {"type": "text", "align": "left", "dx": 8, "fontSize": SIZE, "color": COLOURS["ink"]}
    rule = {"type": "rule", "color": COLOURS["acc"], "strokeWidth": 5, "opacity": 0.3}
    point = {"type": "point", "filled": True, "size": 90, "color": COLOURS["acc"], "opacity": 1}
    layers: list[Spec] = [
        {"mark": rule, "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y}},
        {"mark": point, "encoding": {"x": {**x, "field": "value"}, "y": y}},
        {"mark": said, "encoding": {"x": {**x, "field": "high"}, "y": y, "text": {"field": "said"}}},
    ]
    title = {
        "text": words.value_title(found),
        "subtitle": t("In brackets customers; bars: 95% of what may really come"),
    }
    return {"title": title, "width": WIDTH, "height": ROW * len(rows), "data": {"values": rows}, "layer": layers}


def _deciles(found: Plain) -> Spec:
    """Bars for what came, points for what was expected, by tenth of the customers."""
    check = found["purchases"]["held_out"]
    names = {"actual": t("came"), "expected": t("expected")}
    rows = [
        {"decile": each["decile"], "kind": said, "value": each[name]}
        for each in check["deciles"]
        for name, said in names.items()
    ]
    tenth = t("Tenth of the customers, by what was expected of them")
    x = {"field": "decile", "type": "ordinal", "axis": {"labelAngle": 0}, "title": tenth}
    y = {"field": "value", "type": "quantitative", "title": t("Purchases per customer"), "axis": {"format": ",.1~f"}}
    scale = {"domain": list(names.values()), "range": [COLOURS["line"], COLOURS["acc"]]}
    colour = {"field": "kind", "type": "nominal", "scale": scale, "legend": {"symbolType": "circle"}}

    def only(name: str) -> list[Spec]:
        return [{"filter": {"field": "kind", "equal": names[name]}}]

    shared = {"x": x, "y": y, "color": colour}
    layers: list[Spec] = [
        {"transform": only("actual"), "mark": {"type": "bar", "stroke": COLOURS["flat"]}, "encoding": shared},
        {
            "transform": only("expected"),
            "mark": {"type": "line", "strokeWidth": 2.5, "point": {"filled": True, "size": 70}},
            "encoding": shared,
        },
    ]
    title = {"text": words.check_result(found), "subtitle": words.check_about(found)}
    return {"title": title, "width": WIDTH, "height": HEIGHT, "data": {"values": rows}, "layer": layers}
