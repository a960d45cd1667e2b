"""Advice: what to do about each weakness and risk, what is expected of it, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import judgements, sentences, words
from crmeter.reports.blocks import Block, Cell, Column, Group, Note, Paragraph, Table
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section

Plain = Mapping[str, Any]
MOST = 8  # findings that are advised on


def _shown(reading: Reading) -> list[Plain]:
    return [each for each in reading.document.get("advice") or () if each["kpi"] in reading.by_id]


def _title(reading: Reading, advised: Plain) -> str:
    """What the advice is about, as a sentence."""
    about = advised["finding"]
    if about["comparison"] is None:
        risk = next(
            (f for f in reading.document["findings"] if f["kind"] == about["kind"] and f["rank"] == about["rank"]), None
        )
        return judgements.risk(reading, risk) if risk else reading.by_id[advised["kpi"]].card.name
    return sentences.movement(reading.by_id[about["kpi"]], about["comparison"], reading.base_words(about["comparison"]))


def _blocks(reading: Reading) -> Iterator[Block]:
    advised = _shown(reading)
    if not advised:
        if "advice" in reading.document:
            yield Paragraph(t("None."), tone="muted")
        return
    yield Note(t("To make a plan of one: crmeter plan new --from {id} --advice A1", id=reading.document["id"]))
    together: dict[str, list[Plain]] = {}
    for each in advised:
        together.setdefault(_title(reading, each), []).append(each)
    for number, (title, own) in enumerate(list(together.items())[:MOST], 1):
        yield Group(title, [_table(reading, own)], code=own[0]["kpi"], tone="accent", number=number)


def _columns() -> tuple[Column, ...]:
    return (
        Column(t("No."), width=0.5),
        Column(t("What to do"), width=4),
        Column(t("What it changes"), width=1.2),
        Column(t("What to expect"), width=2.2),
        Column(t("Where"), width=1.2),
    )


def _table(reading: Reading, advised: Sequence[Plain]) -> Table:
    return Table(_columns(), [_row(reading, each) for each in advised])


def _row(reading: Reading, each: Plain) -> Sequence[Cell | str]:
    source = t("from the card of the KPI") if each["source"] == "catalogue" else t("verified here")
    where = t("; ").join(sentences.label(part["by"]) for part in each["segments"][:3])
    return (
        each["id"],
        Cell(judgements.action(each["do"]), lines=(source,), tone="strong"),
        words.action_kind(each["kind"]),
        judgements.expectation(reading, each),
        where or t("everywhere"),
    )


def _sheet(reading: Reading) -> Iterator[Block]:
    advised = _shown(reading)
    if advised:
        columns = (Column(t("Finding"), width=4), *_columns())
        yield Table(columns, [(_title(reading, each), *_row(reading, each)) for each in advised])


ADVICE = Section(
    "advice",
    lambda: t("Advice"),
    lambda reading: tuple(_blocks(reading)),
    sheet=lambda reading: tuple(_sheet(reading)),
)
