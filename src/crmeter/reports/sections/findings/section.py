"""Each weakness and strength: what moved, how sure that is, and the segments it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import judgements, numbers, sentences, words
from crmeter.reports.blocks import (
    TONES,
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Group,
    Heading,
    Paragraph,
    Series,
    Table,
    Terms,
)
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.charts.segments import MOST as MOST_SEGMENTS
from crmeter.reports.charts.segments import segment_verdict, segments
from crmeter.reports.charts.trend import trend
from crmeter.reports.reading import Line, Reading
from crmeter.reports.section import Section

Plain = Mapping[str, Any]
MOST = 8  # of each kind; the scorecard has all


def _kinds() -> tuple[tuple[str, str, str], ...]:
    return ("weakness", "✕", t("Weaknesses")), ("strength", "✓", t("Strengths")), ("change", "↕", t("Other changes"))


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    return {
        "groups": [
            (kind, icon, heading, [_finding(reading, found, drawer) for found in reading.top(kind, MOST)])
            for kind, icon, heading in _kinds()
        ]
    }


def _finding(reading: Reading, found: Plain, drawer: Drawer | None) -> dict[str, object]:
    line, parts = reading.by_id[found["kpi"]], _parts(reading, found)
    return {
        "line": line,
        "base": reading.base_words(found["comparison"]),
        "title": _title(reading, found),
        "certainty": sentences.certainty(line, found),
        "also": _also(reading, found),
        "judged": judgements.told(reading, found),
        "segment": sentences.segment(line, first) if (first := sentences.foremost(parts)) else "",
        "segments": [_segment(line, part) for part in parts],
        "trend": _drawn(_trend(line, reading, found), drawer),
        "chart": _drawn(_segment_chart(line, parts), drawer),
    }


def _parts(reading: Reading, found: Plain) -> Sequence[Plain]:
    return (found.get("segments") or []) if reading.segments else []


def _drawn(chart: Chart | None, drawer: Drawer | None) -> dict[str, object] | None:
    if chart is None or drawer is None:
        return None
    return {"title": chart.title, "subtitle": chart.subtitle, "svg": drawer.block(chart)}


def _title(reading: Reading, found: Plain) -> str:
    base = reading.base_words(found["comparison"])
    return sentences.movement(reading.by_id[found["kpi"]], found["comparison"], base)


def _also(reading: Reading, found: Plain) -> list[str]:
    """What other KPIs say of the same fact, each once."""
    told = {found["kpi"]: ""}
    for other in found.get("also") or []:
        if other["kpi"] in reading.by_id and other["kpi"] not in told:
            told[other["kpi"]] = _title(reading, other)
    return [sentence for sentence in told.values() if sentence]


def _trend(line: Line, reading: Reading, found: Plain) -> Chart | None:
    if len(line.trend) < 2:
        return None
    subtitle = t("{name} by {grain}", name=line.card.name, grain=words.grain(reading.grain))
    own = subtitle
    if any(value.get("low") is not None for value in line.trend):
        own = t("{what}; the upright lines are the 95% interval", what=subtitle)
        subtitle = t("{what}; the band is the 95% interval", what=subtitle)
    periods = ["/".join(part for part in reading.period_name(value).split("..")) for value in line.trend]
    said = [numbers.amount(value["value"], line.unit, line.currency) for value in line.trend]
    told = t(", ").join(f"{period} {value}" for period, value in zip(periods, said, strict=True))
    low, high = ([value.get(end) for value in line.trend] for end in ("low", "high"))
    target = (line.raw.get("target") or {}).get("target")
    return Chart(
        _title(reading, found),
        "line",
        periods,
        [Series(line.card.name, [value["value"] for value in line.trend], low, high)],
        line.unit,
        line.currency,
        subtitle,
        target,
        "" if target is None else t("target {value}", value=numbers.brief(target, line.unit, line.currency)),
        f"{subtitle}{t(': ')}{told}",
        lambda width: trend(line, reading, width),
        own,
    )


def _segment_chart(line: Line, parts: Sequence[Plain]) -> Chart | None:
    shown = [p for p in parts if p["before"]["value"] is not None and p["now"]["value"] is not None][:MOST_SEGMENTS]
    if not shown:
        return None
    tones = [TONES[segment_verdict(line, part)] for part in shown]
    return Chart(
        sentences.segment(line, shown[0]),
        "bar",
        [sentences.label(part["by"]) for part in shown],
        [
            Series(t("Before"), [part["before"]["value"] for part in shown]),
            Series(t("Now"), [part["now"]["value"] for part in shown], tones=tones),
        ],
        line.unit,
        line.currency,
        t("Hollow point: before; full point: now"),
        spec=lambda width: segments(line, parts, width),
        own_subtitle="",
    )


def _blocks(reading: Reading) -> Iterator[Block]:
    for kind, icon, heading in _kinds():
        yield Heading(heading, icon=icon, tone=TONES[kind])
        found = reading.top(kind, MOST)
        yield from (_group(reading, each, kind, number) for number, each in enumerate(found, 1))
        if not found:
            yield Paragraph(t("None."), tone="muted")


def _group(reading: Reading, found: Plain, kind: str, number: int) -> Group:
    line, parts = reading.by_id[found["kpi"]], _parts(reading, found)
    said: list[Block] = []
    also = _also(reading, found)
    if also:
        said += [Paragraph(t("Also"), tone="strong"), Bullets(also)]
    judged = judgements.told(reading, found)
    said += [Terms(judged)] if judged else []
    charts = (_trend(line, reading, found), _segment_chart(line, parts))
    said += [chart for chart in charts if chart]
    if parts:
        said.append(_table(line, parts, reading.base_words(found["comparison"])))
    now = t("Now {value}", value=line.now.text)
    interval = t("95% interval: {interval}", interval=line.now.interval) if line.now.interval else ""
    evidence = (now, interval, sentences.certainty(line, found), *line.now.marks)
    return Group(_title(reading, found), said, [text for text in evidence if text], line.kpi, TONES[kind], number)


def _table(line: Line, parts: Sequence[Plain], base: str) -> Table:
    columns = (
        Column(t("Segment"), width=1.7),
        Column(t("Before"), kind=line.unit),
        Column(t("Now (95% interval)"), kind=line.unit, width=1.5),
        Column(t("Change"), kind=line.unit),
        Column(t("Part of the change"), kind=line.unit, width=1.2),
        Column(t("Against the others"), width=1.3),
    )
    title = t("Segments that moved most, against {base}", base=base)
    return Table(columns, [_row(line, part) for part in parts], title)


def _row(line: Line, part: Plain) -> list[Cell | str]:
    said = _segment(line, part)

    def number(text: str, value: float | None, *small: str, marks: tuple[str, ...] = ()) -> Cell:
        return Cell(text or "–", value, currency=line.currency, lines=tuple(s for s in small if s), marks=marks)

    marks = (said["small"],) if said["small"] else ()
    return [
        Cell(said["name"], lines=(said["dimension"],), tone="strong"),
        number(said["before"], part["before"]["value"]),
        number(said["now"], part["now"]["value"], said["interval"], marks=marks),
        number(said["change"], part.get("change")),
        number(said["contribution"], part.get("contribution"), said["share"]),
        Cell(f"{said['icon']} {said['word']}", tone=TONES[said["verdict"]]),
    ]


def _segment(line: Line, found: Plain) -> dict[str, str]:
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


def _sheet(reading: Reading) -> Iterator[Block]:
    """The findings as rows, their segments as rows, and the charts with their data."""
    found = [(kind, heading, each) for kind, _, heading in _kinds() for each in reading.top(kind, MOST)]
    if not found:
        yield Paragraph(t("None."), tone="muted")
        return
    yield Table(_sheet_columns(), [_sheet_row(reading, heading, each) for _, heading, each in found])
    parts = [(each, part) for _, _, each in found for part in _parts(reading, each)]
    if parts:
        yield Heading(t("Segments"))
        columns = (Column(t("KPI"), width=2), Column(t("Split by"), width=2), *_segment_columns())
        yield Table(columns, [_sheet_part(reading.by_id[each["kpi"]], part) for each, part in parts])
    yield Heading(t("Charts and their data"))
    for _, _, each in found:
        line = reading.by_id[each["kpi"]]
        charts = (_trend(line, reading, each), _segment_chart(line, _parts(reading, each)))
        yield from (chart for chart in charts if chart)


def _sheet_columns() -> tuple[Column, ...]:
    return (
        Column(t("Finding"), width=2),
        Column(t("KPI"), width=2),
        Column(t("In words"), width=4),
        Column(t("Change"), kind="number"),
        Column(t("Interval from"), kind="number"),
        Column(t("Interval to"), kind="number"),
        Column("p", kind="ratio"),
    )


def _sheet_row(reading: Reading, heading: str, found: Plain) -> list[Cell | str]:
    line = reading.by_id[found["kpi"]]
    numbers_of = [Cell("", found.get(key), line.unit, line.currency) for key in ("change", "low", "high")]
    return [
        f"{heading} {found['rank']}",
        line.card.name,
        _title(reading, found),
        *numbers_of,
        Cell(numbers.p_value(found.get("p"))),
    ]


def _segment_columns() -> tuple[Column, ...]:
    return (
        Column(t("Segment"), width=2),
        *(Column(heading, kind="number") for heading in (t("Before"), t("Now"), t("Interval from"), t("Interval to"))),
        Column(t("Change"), kind="number"),
        Column(t("Part of the change"), kind="number"),
        Column(t("Against the others"), width=2),
    )


def _sheet_part(line: Line, part: Plain) -> list[Cell | str]:
    said, now = _segment(line, part), part["now"]
    values = (part["before"]["value"], now["value"], now.get("low"), now.get("high"))
    return [
        line.card.name,
        said["dimension"],
        said["name"],
        *(
            Cell("", value, line.unit, line.currency)
            for value in (*values, part.get("change"), part.get("contribution"))
        ),
        t(": ").join(text for text in (f"{said['icon']} {said['word']}", said["small"]) if text),
    ]


FINDINGS = Section(
    "findings",
    lambda: t("Findings"),
    lambda reading: tuple(_blocks(reading)),
    _facts,
    sheet=lambda reading: tuple(_sheet(reading)),
)
