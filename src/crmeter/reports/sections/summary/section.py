"""What happened: the period, how many KPIs moved, and the findings that matter most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, sentences, words
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.charts.moves import CLIP, clipped, moved, moves
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section

MOST = 3


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    tests = reading.document["tests"]
    return {
        "tiles": [(code, words.icon(code), words.verdict(code), reading.counts[code]) for code in words.VERDICTS],
        "moved": t(
            "{moved} of {looked_at} comparisons moved beyond noise; of those, no more than {q} are expected to be "
            "false alarms.",
            moved=numbers.count(tests["beyond_noise"]),
            looked_at=numbers.count(tests["looked_at"]),
            q=numbers.share(tests["q"]),
        ),
        "weaknesses": [_said(reading, found) for found in reading.findings("weakness")[:MOST]],
        "strengths": [_said(reading, found) for found in reading.findings("strength")[:MOST]],
        "chart": _chart(reading, drawer),
    }


def _said(reading: Reading, found: Mapping[str, Any]) -> dict[str, object]:
    line = reading.by_id[found["kpi"]]
    first = (found.get("segments") or [None])[0]
    return {
        "anchor": line.anchor,
        "kpi": line.kpi,
        "text": sentences.movement(line, found["comparison"], reading.base_words(found["comparison"])),
        "segment": sentences.segment(line, first) if first else "",
        "marks": line.now.marks,
    }


def _chart(reading: Reading, drawer: Drawer | None) -> dict[str, object] | None:
    lines = moved(reading)
    if not lines or drawer is None:
        return None
    title = t(
        "{count} KPIs moved beyond noise: {worse} for the worse, {better} for the better",
        count=sum(reading.counts[code] for code in ("better", "worse", "changed")),
        worse=reading.counts["worse"],
        better=reading.counts["better"],
    )
    base = words.base("previous", reading.grain)
    subtitle = t("Relative change from {base}; the largest first", base=base)
    if clipped(reading):
        subtitle = t("{what}; bars end at ±{limit}", what=subtitle, limit=numbers.share(CLIP))
    return {
        "title": title,
        "subtitle": subtitle,
        "svg": drawer.both(lambda w: moves(reading, w), title, subtitle, 1000),
    }


SUMMARY = Section("summary", lambda: t("Summary"), _facts)
