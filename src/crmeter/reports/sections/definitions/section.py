"""What each KPI means, and how to read the words of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmeter.kernel.messages import t
from crmeter.reports import words
from crmeter.reports.blocks import Block, Bullets, Cell, Column, Group, Heading, Item, Paragraph, Table, Terms
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Line, Reading
from crmeter.reports.section import Section


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    return {
        "reading_aids": _reading_aids(),
        "families": [(words.family(code), lines) for code, lines in reading.families.items()],
    }


def _reading_aids() -> list[tuple[str, str]]:
    return [
        (
            t("95% interval"),
            t("The range that holds the true value in 95 of 100 such samples. The wider, the less sure."),
        ),
        (
            t("beyond noise"),
            t("The change is larger than chance alone would make it, given how many comparisons were made."),
        ),
        (
            t("no detectable change"),
            t("The data cannot tell the change from chance. It does not prove that nothing changed."),
        ),
        (t("undefined"), t("The value cannot be computed; the reason stands beside it. It is not zero.")),
        (t("small sample"), t("It rests on few records. Look at the counts, not at the value alone.")),
    ]


def _blocks(reading: Reading) -> Iterator[Block]:
    yield Terms(_reading_aids())
    for code, lines in reading.families.items():
        yield Heading(words.family(code))
        yield from (_card(line) for line in lines)


def _card(line: Line) -> Group:
    card = line.card
    said: list[Block] = []
    if card.question:
        said.append(Paragraph(card.question))
    if card.formula:
        said.append(Paragraph(card.formula, tone="accent"))
    said += [Paragraph(text, lead=heading) for heading, text in _told(line) if text]
    actions = [
        Item(f"{words.state(when)}{t(': ')}{action.do}", words.action_kind(action.kind))
        for when, found in card.actions_when().items()
        for action in found
    ]
    if actions:
        said += [Paragraph(t("What to do"), tone="strong"), Bullets(actions)]
    about = f"{words.unit(line.unit)} · {words.better(line.better)} · {t('Definition')} {line.definition}"
    return Group(card.name, said, (about,), code=line.kpi)


def _told(line: Line) -> list[tuple[str, str]]:
    return [
        (t("What it shows"), line.card.shows),
        (t("How to read it"), line.card.reading),
        (t("What to be careful of"), line.card.caution),
    ]


def _sheet(reading: Reading) -> Iterator[Block]:
    """A row for each KPI, its texts side by side."""
    yield Terms(_reading_aids())
    texts = (t("Question"), t("Formula"), t("What it shows"), t("How to read it"), t("What to be careful of"))
    columns = [
        Column(t("KPI"), width=2),
        Column(t("ID"), width=2),
        Column(t("Family")),
        Column(t("Unit")),
        Column(t("Direction"), width=1.4),
        *(Column(heading, width=4) for heading in texts),
        Column(t("Definition"), width=1.4),
    ]
    rows: list[Sequence[Cell | str]] = [
        (
            line.card.name,
            line.kpi,
            words.family(line.family),
            words.unit(line.unit),
            words.better(line.better),
            line.card.question,
            line.card.formula,
            *(text for _, text in _told(line)),
            line.definition,
        )
        for line in reading.lines
    ]
    yield Table(columns, rows)


DEFINITIONS = Section(
    "definitions",
    lambda: t("Definitions"),
    lambda reading: tuple(_blocks(reading)),
    _facts,
    sheet=lambda reading: tuple(_sheet(reading)),
    slides=False,
    dense=True,
)
