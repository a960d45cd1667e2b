"""Risks: what may happen, what is at stake, and why each is listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import judgements
from crmeter.reports.blocks import Block, Bullets, Cell, Column, Item, Note, Paragraph, Table
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section

Plain = Mapping[str, Any]


def _blocks(reading: Reading) -> Iterator[Block]:
    if "health" not in reading.document:  # an evaluation of an earlier schema looked for none
        return
    risks = reading.risks
    if not risks:
        yield Paragraph(t("None."), tone="muted")
        return
    yield Bullets([_item(reading, risk) for risk in risks], numbered=True)
    if any(risk["money"]["amount"] is not None for risk in risks):
        yield Note(t("What is at stake is what these customers and contracts brought so far, not what will be lost."))


def _item(reading: Reading, risk: Plain) -> Item:
    detail = t("{what}; certainty: {certainty}. Why it is listed: {why}.", what=_stake(reading, risk),
               certainty=judgements.certainty(risk), why=judgements.why(reading, risk))  # fmt: skip
    return Item(judgements.risk(reading, risk), detail, strong=True)


def _stake(reading: Reading, risk: Plain) -> str:
    said = judgements.money(reading, risk)
    return t("at stake: {money}", money=said) if risk["money"]["amount"] is not None else said


def _sheet(reading: Reading) -> Iterator[Block]:
    columns = (
        Column("#", kind="count"),
        Column(t("Risk"), width=5),
        Column(t("At stake"), kind="money"),
        Column(t("Certainty"), width=2),
        Column(t("Why it is listed"), width=4),
    )
    rows: list[Sequence[Cell | str]] = [
        (
            Cell(str(risk["rank"]), risk["rank"]),
            judgements.risk(reading, risk),
            Cell(judgements.money(reading, risk), risk["money"]["amount"], "money", risk["money"]["currency"]),
            judgements.certainty(risk),
            judgements.why(reading, risk),
        )
        for risk in reading.risks
    ]
    if rows:
        yield Table(columns, rows)


RISKS = Section(
    "risks",
    lambda: t("Risks"),
    lambda reading: tuple(_blocks(reading)),
    sheet=lambda reading: tuple(_sheet(reading)),
)
