"""What the numbers rest on: rows, quarantine, notes, and the KPIs that could not be computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words
from crmeter.reports.blocks import Block, Bullets, Cell, Column, Heading, Item, Paragraph, Table
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    return {
        "tables": [
            (words.table(found["table"]), numbers.count(found["rows"]), numbers.count(found["quarantined"]))
            for found in reading.document["data"]["tables"]
        ],
        "notes": _notes(reading),
        "undefined": reading.undefined,
    }


def _notes(reading: Reading) -> list[str]:
    notes = [
        words.note(found["kind"], int(found.get("count") or 0), found.get("table") or "", found.get("text") or "")
        for found in reading.document["data"]["notes"]
    ]
    remarked = [line for line in reading.lines if line.now.defined and line.now.reason]
    return notes + [f"{line.card.name}{t(': ')}{line.now.reason}" for line in remarked]


def _blocks(reading: Reading) -> Iterator[Block]:
    yield _table(reading)
    yield Heading(t("Notes"))
    notes = _notes(reading)
    yield Bullets(notes) if notes else Paragraph(t("None."), tone="muted")
    if reading.undefined:
        yield Heading(t("Not computed"))
        yield Bullets([Item(f"{line.card.name}{t(': ')}{line.now.reason}") for line in reading.undefined])


def _table(reading: Reading) -> Table:
    columns = (
        Column(t("Table"), width=3),
        Column(t("Rows"), kind="count"),
        Column(t("In quarantine"), kind="count"),
    )
    rows: list[Sequence[Cell | str]] = [
        (
            words.table(found["table"]),
            *(Cell(numbers.count(found[key]), found[key]) for key in ("rows", "quarantined")),
        )
        for found in reading.document["data"]["tables"]
    ]
    return Table(columns, rows, t("Rows that were read, as of load {load}", load=reading.document["load"]))


DATA = Section("data", lambda: t("Data"), lambda reading: tuple(_blocks(reading)), _facts)
