"""What happened: the period, how many KPIs moved, and the findings that matter most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, sentences, words
from crmeter.reports.blocks import (
    TONES,
    Block,
    Bullets,
    Chart,
    Heading,
    Item,
    Note,
    Paragraph,
    Series,
    Tile,
    Tiles,
)
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.charts.moves import CLIP, clipped, moved, moves, relative
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section

MOST = 3


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    return {
        "tiles": [(code, words.icon(code), words.verdict(code), reading.counts[code]) for code in words.VERDICTS],
        "moved": _moved(reading),
        "weaknesses": _top(reading, "weakness"),
        "strengths": _top(reading, "strength"),
        "chart": _drawn(reading, drawer),
    }


def _moved(reading: Reading) -> str:
    tests = reading.document["tests"]
    said = t(
        "{moved} of {looked_at} comparisons moved beyond noise; of those, no more than {q} are expected to be "
        "false alarms.",
        moved=numbers.count(tests["beyond_noise"]),
        looked_at=numbers.count(tests["looked_at"]),
        q=numbers.share(tests["q"]),
    )
    return t("In the whole evaluation: {said}", said=said) if reading.audience else said


def _top(reading: Reading, kind: str) -> list[dict[str, Any]]:
    return [_said(reading, found) for found in reading.top(kind, MOST)]


def _said(reading: Reading, found: Mapping[str, Any]) -> dict[str, Any]:
    line = reading.by_id[found["kpi"]]
    first = sentences.foremost(found.get("segments") or [])
    return {
        "anchor": line.anchor,
        "kpi": line.kpi,
        "text": sentences.movement(line, found["comparison"], reading.base_words(found["comparison"])),
        "segment": sentences.segment(line, first) if first else "",
        "marks": line.now.marks,
    }


def _blocks(reading: Reading) -> Iterator[Block]:
    if not reading.complete:
        said = t(
            "the data reaches to {day}. What has passed is compared with the same part of the periods before.",
            day=reading.newest_day,
        )
        yield Note(said, t("period in progress"))
    yield from (Note(note) for note in reading.calendar_notes)
    yield Tiles(
        [
            Tile(words.verdict(code), numbers.count(reading.counts[code]), words.icon(code), TONES[code])
            for code in words.VERDICTS
        ]
    )
    against = t("{count} KPIs against {base}.", count=len(reading.lines), base=words.base("previous", reading.grain))
    yield Paragraph(f"{against} {_moved(reading)}")
    yield from _points(reading, "weakness", t("Weaknesses"), t("Nothing got worse beyond noise."))
    yield from _points(reading, "strength", t("Strengths"), t("Nothing got better beyond noise."))
    if moved(reading):
        yield _chart(reading)


def _points(reading: Reading, kind: str, heading: str, otherwise: str) -> Iterator[Block]:
    yield Heading(heading, icon="✕" if kind == "weakness" else "✓", tone=TONES[kind])
    found: Sequence[Item] = [
        Item(each["text"], each["segment"], tuple(each["marks"]), strong=True) for each in _top(reading, kind)
    ]
    yield Bullets(found, numbered=True) if found else Paragraph(otherwise, tone="muted")


def _chart(reading: Reading) -> Chart:
    lines = moved(reading)
    title = t(
        "{count} KPIs moved beyond noise: {worse} for the worse, {better} for the better",
        count=sum(reading.counts[code] for code in ("better", "worse", "changed")),
        worse=reading.counts["worse"],
        better=reading.counts["better"],
    )
    base = words.base("previous", reading.grain)
    subtitle = own = t("Relative change from {base}; the largest first", base=base)
    if clipped(reading):
        subtitle = t("{what}; bars end at ±{limit}", what=subtitle, limit=numbers.share(CLIP))
    change = Series(t("Change"), [relative(line) for line in lines], tones=[TONES[line.verdict] for line in lines])
    return Chart(
        title,
        "bar",
        [line.card.name for line in lines],
        [change],
        "share",
        subtitle=subtitle,
        spec=lambda width: moves(reading, width),
        own_subtitle=own,
        wide=1000,
    )


def _drawn(reading: Reading, drawer: Drawer | None) -> dict[str, object] | None:
    if drawer is None or not moved(reading):
        return None
    chart = _chart(reading)
    return {"title": chart.title, "subtitle": chart.subtitle, "svg": drawer.block(chart)}


SUMMARY = Section("summary", lambda: t("Summary"), lambda reading: tuple(_blocks(reading)), _facts)
