"""Pictures of leaving: survival curves, the months of tenure in which customers leave, and how far a score holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import churn as told
from crmeter.reports import numbers, words
from crmeter.reports.charts.theme import COLOURS, SIZE, Spec, fit, lines

WIDTH, HEIGHT = 560, 260
MOST = 6  # curves in one panel: more cannot be told apart
LONGEST = 36  # months of tenure shown where those at risk do not end before
FEW = 10  # at risk, below which a curve is not drawn further
INKS = ("#1d4ed8", "#b45309", "#0b6b62", "#7c3aed", "#be185d", "#64748b")
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [12, 4])
Plain = Mapping[str, Any]


def survival_chart(found: Plain) -> Spec:
    """One panel for each kind of relationship and dimension; all together where no dimension was named."""
    if not found["by"]:
        curves = [(told.relationship(each["relationship"]), each) for each in found["all"]]
        return _together([told.survival_title(found)], [_curves("", curves)])
    panels = []
    for each in found["by"]:
        for kind in dict.fromkeys(one["relationship"] for one in each["groups"]):
            groups = [one for one in each["groups"] if one["relationship"] == kind][:MOST]
            shown = [(told.group(each["dimension"], one["group"]), one) for one in groups]
            heading = t("Customers {relationship}, by {dimension}", relationship=told.relationship(kind),
                        dimension=words.dimension(each["dimension"]))  # fmt: skip
            panels.append(_curves(heading, shown))
    return _together([told.survival_title(found)], panels)


def _curves(heading: str, shown: Sequence[tuple[str, Plain]]) -> Spec:
    names = [fit(t("{name} · {count}", name=name, count=numbers.count(each["customers"])), 220) for name, each in shown]
    rows = [
        {"name": name, "months": step["months"], "value": step["value"], "low": step["low"], "high": step["high"]}
        for name, (_, each) in zip(names, shown, strict=True)
        for step in each["curve"]
        if step["months"] <= LONGEST and step["at_risk"] >= FEW
    ]
    ink = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names, "range": list(INKS[: len(names)])},
        "legend": {
            "title": None,
            "orient": "right",
            "labelLimit": 0,
            "symbolType": "stroke",
            "symbolSize": 400,
            "symbolOpacity": 1,
        },
    }
    dash = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names, "range": list(DASHES[: len(names)])},
        "legend": ink["legend"],
    }
    x = _axis("months", t("months as a customer"), {"domain": [0, LONGEST]}, values=list(range(0, LONGEST + 1, 6)))
    y = _axis("value", t("share still a customer"), {"domain": [0, 1]}, format=".0%")
    band = {"type": "area", "interpolate": "step-after", "opacity": 0.13, "clip": True}
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "clip": True}
    return {
        "title": {"text": heading, "fontSize": SIZE + 1} if heading else None,
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": rows},
        "layer": [
            {"mark": band, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": ink}},
            {"mark": line, "encoding": {"x": x, "y": y, "color": ink, "strokeDash": dash}},
        ],
    }


def stages_chart(found: Plain) -> Spec:
    """The share who leaves in each month of tenure, with intervals."""
    panels = [_stages(each) for each in found["stages"] if each["months"]]
    return _together([told.stage_sentence(each) for each in found["stages"]], panels)


def _stages(each: Plain) -> Spec:
    rows = [month for month in each["months"] if month["at_risk"] >= told.FEW_AT_RISK]
    x = _axis("month", t("month of tenure"), {"nice": False, "padding": 8}, tickMinStep=1)
    most = max((row["high"] for row in rows), default=1.0)
    y = _axis("value", t("share who leaves in it"), {"domain": [0, most]}, format=".0%", tickCount=5)
    rule = {"type": "rule", "color": COLOURS["flat"], "strokeWidth": 1.5}
    point = {"type": "point", "filled": True, "size": 40, "color": COLOURS["acc"], "opacity": 1}
    return {
        "title": {"text": t("Customers {relationship}", relationship=told.relationship(each["relationship"])),
                  "fontSize": SIZE + 1},
        "width": WIDTH,
        "height": 170,
        "data": {"values": [dict(row) for row in rows]},
        "layer": [
            {"mark": rule, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": point, "encoding": {"x": x, "y": y}},
        ],
    }  # fmt: skip


def factors_chart(found: Plain) -> Spec:
    """Hazard ratios with their intervals on a scale of logarithms; 1 is no difference."""
    rows = [
        {
            "name": fit(t("{who}, against {reference}", who=told.named(each["dimension"], each["group"]),
                          reference=told.group(each["dimension"], each["reference"])), 460),
            "ratio": each["ratio"],
            "low": max(each["low"], 0.02),
            "high": min(each["high"], 50.0),
            "beyond": each["beyond_noise"],
        }
        for each in found["factors"]
    ]  # fmt: skip
    y = {"field": "name", "type": "nominal", "sort": None,
         "axis": {"title": None, "labelLimit": 0, "labelFontSize": SIZE, "labelColor": COLOURS["ink"]}}  # fmt: skip
    ends = [min([0.8, *(row["low"] for row in rows)]), max([1.25, *(row["high"] for row in rows)])]
    x = _axis("ratio", t("times as often lost as the reference"), {"type": "log", "nice": False, "domain": ends},
              format=".2~f", values=[0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20])  # fmt: skip
    ink = {"condition": {"test": "datum.beyond", "value": COLOURS["acc"]}, "value": COLOURS["flat"]}
    panel = {
        "width": 320,
        "height": {"step": 24},
        "data": {"values": rows},
        "layer": [
            {"data": {"values": [{"ratio": 1}]}, "mark": {"type": "rule", "color": COLOURS["line"], "strokeWidth": 2},
             "encoding": {"x": x}},
            {"mark": {"type": "rule", "strokeWidth": 2},
             "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": ink}},
            {"mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
             "encoding": {"y": y, "x": x, "color": ink}},
        ],
    }  # fmt: skip
    beyond = [each for each in found["factors"] if each["beyond_noise"]]
    title = t("Nothing goes with leaving beyond noise")
    if beyond:
        title = t("{who} is lost {times} as often as {reference}, all else alike",
                  who=told.named(beyond[0]["dimension"], beyond[0]["group"]), times=told.times(beyond[0]["ratio"]),
                  reference=told.group(beyond[0]["dimension"], beyond[0]["reference"]))  # fmt: skip
    return _together([title], [panel])


def score_chart(found: Plain) -> Spec:
    """How far the chances held on the later day: told against happened, and how often each tenth was lost."""
    tried = [each for each in found["scores"] if each["trial"]]
    return _together(
        [told.score_title(each) for each in found["scores"]],
        [{"hconcat": [_calibration(each), _lift(each)], "spacing": 40} for each in tried],
    )


def _calibration(each: Plain) -> Spec:
    deciles = each["trial"]["deciles"]
    most = max(max(part["high"], part["estimated"]) for part in deciles)
    x = _axis("estimated", t("chance told"), {"domain": [0, most]}, format=".0%", tickCount=5)
    y = _axis("share", t("share lost"), {"domain": [0, most]}, format=".0%", tickCount=5)
    rows = [{name: part[name] for name in ("estimated", "share", "low", "high")} for part in deciles]
    ends = {"values": [{"estimated": 0, "share": 0}, {"estimated": most, "share": most}]}
    return {
        "title": {"text": t("Customers {relationship}", relationship=told.relationship(each["relationship"])),
                  "fontSize": SIZE + 1},
        "width": 240,
        "height": 220,
        "data": {"values": rows},
        "layer": [
            {"data": ends, "mark": {"type": "line", "color": COLOURS["line"], "strokeDash": [4, 3]},
             "encoding": {"x": x, "y": y}},
            {"mark": {"type": "rule", "color": COLOURS["flat"]},
             "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": True, "size": 50, "color": COLOURS["acc"], "opacity": 1},
             "encoding": {"x": x, "y": y}},
        ],
    }  # fmt: skip


def _lift(each: Plain) -> Spec:
    rows = [{"tenth": place, "lift": part["lift"]} for place, part in enumerate(each["trial"]["deciles"], 1)]
    x = {"field": "tenth", "type": "ordinal",
         "axis": {"title": t("tenth by score, the highest first"), "labelAngle": 0, **_text()}}  # fmt: skip
    y = _axis("lift", t("times as often lost as all"), {"domainMin": 0}, format=".1~f", tickCount=5)
    dashed = {"type": "rule", "color": COLOURS["ink"], "strokeDash": [4, 3]}
    one = {"field": "one", "type": "quantitative"}
    average = {"data": {"values": [{"one": 1}]}, "mark": dashed, "encoding": {"y": one}}
    return {
        "title": {"text": t("Who is lost, by score"), "fontSize": SIZE + 1},
        "width": 240,
        "height": 220,
        "data": {"values": rows},
        "layer": [{"mark": {"type": "bar", "color": COLOURS["acc"]}, "encoding": {"x": x, "y": y}}, average],
    }


def _axis(field: str, title: str, scale: Spec, **axis: Any) -> Spec:
    return {"field": field, "type": "quantitative", "scale": scale, "axis": {"title": title, **axis, **_text()}}


def _text() -> Spec:
    return {"labelFontSize": SIZE, "titleFontSize": SIZE, "titleFontWeight": "normal", "labelColor": COLOURS["muted"],
            "titleColor": COLOURS["muted"], "gridColor": COLOURS["line"]}  # fmt: skip


def _together(titles: Sequence[str], panels: Sequence[Spec]) -> Spec:
    """Panels below one another, under one or more sentences of what they show."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": COLOURS["surface"],
        "padding": 10,
        "title": {
            "text": [line for title in titles for line in lines(title, WIDTH + 60, SIZE + 3)],
            "anchor": "start",
            "frame": "bounds",
            "fontSize": SIZE + 3,
            "color": COLOURS["ink"],
            "offset": 14,
        },
        "vconcat": list(panels),
        "spacing": 24,
        "resolve": {"scale": {"color": "independent", "strokeDash": "independent", "x": "independent"}},
        "config": {
            "font": "sans-serif",
            "aria": False,
            "view": {"stroke": None},
            "title": {"anchor": "start", "color": COLOURS["ink"]},
            "legend": {"labelFontSize": SIZE, "labelColor": COLOURS["ink"]},
        },
    }
