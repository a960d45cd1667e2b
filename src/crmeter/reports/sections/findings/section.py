"""Each weakness and strength: what moved, how sure that is, and the segments it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, sentences, words
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.charts.segments import segment_verdict, segments
from crmeter.reports.charts.trend import trend
from crmeter.reports.reading import Line, Reading
from crmeter.reports.section import Section

MOST = 8  # of each kind; the scorecard has all


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    return {
        "groups": [
            ("weakness", "✕", t("Weaknesses"), _all(reading, "weakness", drawer)),
            ("strength", "✓", t("Strengths"), _all(reading, "strength", drawer)),
        ]
    }


def _all(reading: Reading, kind: str, drawer: Drawer | None) -> list[dict[str, object]]:
    return [_finding(reading, found, drawer) for found in reading.findings(kind)[:MOST]]


def _finding(reading: Reading, found: Mapping[str, Any], drawer: Drawer | None) -> dict[str, object]:
    line = reading.by_id[found["kpi"]]
    parts = found.get("segments") or []
    title = sentences.movement(line, found["comparison"], reading.base_words(found["comparison"]))
    return {
        "line": line,
        "base": reading.base_words(found["comparison"]),
        "title": title,
        "certainty": sentences.certainty(line, found),
        "also": _also(reading, found),
        "segment": sentences.segment(line, parts[0]) if parts else "",
        "segments": [_segment(line, part) for part in parts],
        "trend": _trend(line, reading, title, drawer),
        "chart": _segment_chart(line, parts, drawer),
    }


def _also(reading: Reading, found: Mapping[str, Any]) -> list[str]:
    """What other KPIs say of the same fact, each once."""
    told = {found["kpi"]: ""}
    for other in found.get("also") or []:
        if other["kpi"] in reading.by_id and other["kpi"] not in told:
            line = reading.by_id[other["kpi"]]
            told[line.kpi] = sentences.movement(line, other["comparison"], reading.base_words(other["comparison"]))
    return [sentence for sentence in told.values() if sentence]


def _trend(line: Line, reading: Reading, title: str, drawer: Drawer | None) -> dict[str, object] | None:
    if drawer is None or len(line.trend) < 2:
        return None
    subtitle = t("{name} by {grain}", name=line.card.name, grain=words.grain(reading.grain))
    if any(value.get("low") is not None for value in line.trend):
        subtitle = t("{what}; the band is the 95% interval", what=subtitle)
    told = t(", ").join(
        f"{'/'.join(part for part in reading.period_name(value).split('..'))} "
        f"{numbers.amount(value['value'], line.unit, line.currency)}"
        for value in line.trend
    )
    drawn = drawer.both(lambda width: trend(line, reading, width), title, f"{subtitle}{t(': ')}{told}")
    return {"subtitle": subtitle, "svg": drawn}


def _segment_chart(line: Line, parts: list[Mapping[str, Any]], drawer: Drawer | None) -> dict[str, object] | None:
    if drawer is None or not any(p["before"]["value"] is not None and p["now"]["value"] is not None for p in parts):
        return None
    title = sentences.segment(line, parts[0])
    subtitle = t("Hollow point: before; full point: now")
    return {
        "title": title,
        "subtitle": subtitle,
        "svg": drawer.both(lambda w: segments(line, parts, w), title, subtitle),
    }


def _segment(line: Line, found: Mapping[str, Any]) -> dict[str, str]:
    verdict = segment_verdict(line, found)
    now, unit, currency = found["now"], line.unit, line.currency
    share, part = found.get("share_of_change"), found.get("contribution")
    about = "" if found.get("exact", True) else "≈ "
    return {
        "name": sentences.label(found["by"]),
        "dimension": sentences.dimensions(found["by"]),
        "before": numbers.amount(found["before"]["value"], unit, currency),
        "now": numbers.amount(now["value"], unit, currency),
        "interval": numbers.interval(now.get("low"), now.get("high"), unit, currency),
        "small": words.status("small_sample") if now.get("status") == "small_sample" else "",
        "change": "" if found.get("change") is None else numbers.change(found["change"], unit, currency),
        "contribution": "" if part is None else about + numbers.change(part, unit, currency),
        "share": "" if share is None else numbers.share(share),
        "verdict": verdict,
        "word": words.standing_out(verdict),
        "icon": words.icon(verdict),
    }


FINDINGS = Section("findings", lambda: t("Findings"), _facts)
