"""The questions of the reader whom the report is for, each with its answer. Without an audience there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, sentences, words
from crmeter.reports.audiences import Question, among
from crmeter.reports.blocks import TONES, Block, Bullets, Cell, Column, Heading, Item, Paragraph, Table
from crmeter.reports.reading import Line, Reading
from crmeter.reports.section import Section

MOST = 3  # findings of each kind, and weaknesses that actions are named for
_STATES = {True: ("rising", "high"), False: ("falling", "low")}  # what calls for action when a KPI rose or fell


def _blocks(reading: Reading) -> Iterator[Block]:
    for question in reading.audience.questions if reading.audience else ():
        answer = tuple(_answer(reading, question))
        if answer:
            yield Heading(question.ask())
            yield from answer


def _answer(reading: Reading, question: Question) -> Iterator[Block]:
    match question.answer:
        case "moved":
            yield from _moved(reading)
        case "targets":
            yield from _targets(reading)
        case "actions":
            yield from _actions(reading)
        case "data":
            yield from _data(reading)
        case "undefined":
            yield from _undefined(reading)
        case _:
            lines = [line for line in reading.lines if among(line.kpi, question.measures)]
            if lines:
                yield _table(reading, lines)


def _moved(reading: Reading) -> Iterator[Block]:
    found = [(kind, each) for kind in ("weakness", "strength") for each in reading.top(kind, MOST)]
    if not found:
        yield Paragraph(t("Nothing that is shown here moved beyond noise."), tone="muted")
        return
    yield Bullets([Item(_sentence(reading, kind, each), marks=_marks(reading, each)) for kind, each in found])


def _sentence(reading: Reading, kind: str, found: Mapping[str, Any]) -> str:
    said = sentences.movement(reading.by_id[found["kpi"]], found["comparison"], reading.base_words(found["comparison"]))
    return f"{'✕' if kind == 'weakness' else '✓'} {said}"


def _marks(reading: Reading, found: Mapping[str, Any]) -> tuple[str, ...]:
    return reading.by_id[found["kpi"]].now.marks


def _targets(reading: Reading) -> Iterator[Block]:
    lines = [line for line in reading.lines if "target" in line.comparisons]
    if not lines:
        yield Paragraph(t("No KPI has a target yet."), tone="muted")
        return
    base = words.base("target", reading.grain)
    yield Bullets([f"{line.comparisons['target'].icon} {sentences.movement(line, 'target', base)}" for line in lines])


def _actions(reading: Reading) -> Iterator[Block]:
    """What the cards of the weakest KPIs advise, by which way they moved."""
    items: list[Item] = []
    for found in reading.top("weakness", MOST):
        line = reading.by_id[found["kpi"]]
        told = line.card.actions_when()
        state = next((state for state in _STATES[(found.get("change") or 0) > 0] if told.get(state)), None)
        if state:
            items += [Item(action.do, line.card.name) for action in told[state][:2]]
    unique = {item.text: item for item in reversed(items)}
    items = [item for item in items if unique[item.text] is item]
    yield Bullets(items) if items else Paragraph(t("Nothing got worse beyond noise."), tone="muted")


def _data(reading: Reading) -> Iterator[Block]:
    tables = reading.document["data"]["tables"]
    rows, held = (sum(int(table[key]) for table in tables) for key in ("rows", "quarantined"))
    small = sum(line.value["status"] == "small_sample" for line in reading.lines)
    yield Bullets(
        [
            t(
                "{rows} rows were read; {held} are in quarantine and in no number.",
                rows=numbers.count(rows),
                held=numbers.count(held),
            ),
            t(
                "Of {count} KPIs, {undefined} could not be computed and {small} rest on a small sample.",
                count=len(reading.lines),
                undefined=len(reading.undefined),
                small=small,
            ),
            reading.sealing[0],
        ]
    )


def _undefined(reading: Reading) -> Iterator[Block]:
    whole = Reading(reading.document, reading.cards)  # also of KPIs that this audience is not shown
    if not whole.undefined:
        yield Paragraph(t("Everything was computed."), tone="muted")
        return
    yield Bullets([f"{line.card.name}{t(': ')}{line.now.reason}" for line in whole.undefined])


def _table(reading: Reading, lines: Sequence[Line]) -> Table:
    columns = (
        Column(t("KPI"), width=2),
        Column(t("Now"), kind="number", width=1.2, below=reading.period),
        Column(t("Period before"), kind="number", width=1.2, below=reading.base_period("previous")),
        Column(t("Change"), kind="number"),
        Column(t("Verdict"), width=1.4),
    )
    return Table(columns, [_row(line) for line in lines])


def _row(line: Line) -> list[Cell | str]:
    now = Cell(line.now.text, line.value["value"], line.unit, line.currency, marks=line.now.marks, tone="strong")
    found, raw = line.comparisons.get("previous"), line.raw.get("previous") or {}
    if found is None:
        return [line.card.name, now, "–", "–", line.now.reason or "–"]
    base, change = (raw.get("base") or {}).get("value"), raw.get("change")
    return [
        line.card.name,
        now,
        Cell(found.base, base, line.unit, line.currency),
        Cell(found.change or "–", change, line.unit, line.currency),
        Cell(f"{found.icon} {found.word}", lines=(line.now.reason,) if line.now.reason else (),
             tone=TONES.get(found.verdict, "plain")),
    ]  # fmt: skip


OPENING = Section("opening", lambda: t("Your questions"), lambda reading: tuple(_blocks(reading)))
