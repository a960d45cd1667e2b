"""Benchmarks: outside values beside ours; compared only where the definition is ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import judgements
from crmeter.reports.blocks import TONES, Block, Cell, Column, Note, Table
from crmeter.reports.reading import Line, Reading
from crmeter.reports.section import Section

Plain = Mapping[str, Any]


def _blocks(reading: Reading) -> Iterator[Block]:
    rows = [row for row in reading.document.get("benchmarks") or () if row["kpi"] in reading.by_id]
    if not rows:
        return
    shown = sorted(rows, key=lambda row: row["state"] == "not_compared")
    columns = (
        Column(t("KPI"), width=2),
        Column(t("Benchmark"), kind="number", width=1.4),
        Column(t("Ours"), kind="number", width=1.4),
        Column(t("Compared"), width=2.2),
        Column(t("Source"), width=2.2),
    )
    yield Table(columns, [_row(reading.by_id[row["kpi"]], row) for row in shown])
    if any(row["reason"] for row in rows):
        yield Note(
            t(
                "A benchmark is compared only where somebody has confirmed that it is counted as here: the hash of the "
                "definition stands in its pack."
            )
        )


def _row(line: Line, row: Plain) -> Sequence[Cell | str]:
    said = judgements.not_compared(row["reason"]) if row["reason"] else judgements.benchmark_state(row["state"])
    value = judgements.benchmark_value(row, line.unit, line.currency)
    source = t("{source}, {year}, {population}", source=row["source"], year=row["year"], population=row["population"])
    old = (t("more than 3 years old"),) if row["old"] else ()
    return (
        line.card.name,
        Cell(value, row["value"], line.unit, line.currency),
        Cell(
            line.now.text, row["now"], line.unit, line.currency, lines=(line.now.interval,) if line.now.interval else ()
        ),
        Cell(said, tone=TONES.get(row["state"], "muted")),
        Cell(source, lines=(row["definition_text"],) if row["reason"] and row["definition_text"] else (), marks=old),
    )


BENCHMARKS = Section("benchmarks", lambda: t("Benchmarks"), lambda reading: tuple(_blocks(reading)))
