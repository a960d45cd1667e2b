"""The evaluation judges itself: pitfalls with figure and threshold, its four steps, and the eight stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import pitfalls
from crmeter.reports.blocks import Block, Bullets, Cell, Column, Heading, Paragraph, Table, Tone
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section

Plain = Mapping[str, Any]
_TONES: dict[str, Tone] = {"ok": "good", "warning": "warn", "failing": "bad", "cannot_tell": "muted",
                           "done": "good", "partly": "warn", "open": "muted"}  # fmt: skip


def _blocks(reading: Reading) -> Iterator[Block]:
    document = reading.document
    if "health" not in document:
        return
    yield Heading(t("Pitfalls"))
    yield _pitfalls(document["health"])
    yield from _lacks(reading)
    yield Heading(t("The eight stages"))
    yield _stages(document["stages"])
    yield Heading(t("The four steps of this evaluation"))
    yield _steps(reading)


def _pitfalls(health: Plain) -> Table:
    columns = (
        Column(t("Check"), width=1.6),
        Column(t("State"), width=1),
        Column(t("Figure"), width=2.6),
        Column(t("Thresholds (ours)"), width=1.8),
    )
    rows: list[Sequence[Cell | str]] = []
    for check in health["checks"]:
        for place, part in enumerate(check["parts"]):
            code = check["requirement"] if place == 0 else ""
            name = Cell(pitfalls.check(check["check"]), code=code, tone="plain" if place else "strong")
            state = f"{pitfalls.ICONS[part['state']]} {pitfalls.state(part['state'])}"
            said = pitfalls.figure(part)
            rows.append((name, Cell(state, tone=_TONES[part["state"]]), Cell(said, part["figure"], part["unit"]),
                         pitfalls.thresholds(part)))  # fmt: skip
    return Table(columns, rows)


def _lacks(reading: Reading) -> Iterator[Block]:
    """KPIs that the company is led by without a goal, and goals that no KPI shows."""
    health = reading.document["health"]
    without = [reading.by_id[id].card.name for id in health["kpis_without_goals"] if id in reading.by_id]
    if without:
        yield Paragraph(t(", ").join(without), lead=t("Leading KPIs without a goal"))
    lost = [
        t("objective {id} has no KPI", id=each["objective"]) if "objective" in each
        else t("goal {id}: its KPI has no value", id=each["goal"]) for each in health["goals_without_kpis"]
    ]  # fmt: skip
    if lost:
        yield Paragraph(t("Goals without a KPI"), tone="strong")
        yield Bullets(lost)


def _stages(stages: Sequence[Plain]) -> Table:
    columns = (Column("#", width=0.4), Column(t("Stage"), width=1.4), Column(t("State"), width=1),
               Column(t("What is there"), width=2.6), Column(t("Go on with"), width=2))  # fmt: skip
    rows: list[Sequence[Cell | str]] = []
    for number, each in enumerate(stages, 1):
        state = Cell(
            f"{pitfalls.ICONS[each['state']]} {pitfalls.stage_state(each['state'])}", tone=_TONES[each["state"]]
        )
        where = t(", ").join(each["where"])
        rows.append(
            (str(number), Cell(pitfalls.stage(each["stage"]), tone="strong"), state, pitfalls.there(each), where)
        )
    return Table(columns, rows)


def _steps(reading: Reading) -> Table:
    from crmeter.reports import periods

    zone = reading.document["workspace"]["timezone"]
    columns = (Column(t("Step"), width=1.6), Column(t("Done"), width=1.4), Column(t("Inputs frozen"), width=3))
    rows: list[Sequence[Cell | str]] = []
    for each in reading.document["steps"]:
        frozen = [f"{pitfalls.input_name(name)} {str(value)[:12]}" for name, value in each["inputs"].items()]
        rows.append((pitfalls.step(each["step"]), periods.instant(each["finished_at"], zone), t(", ").join(frozen)))
    return Table(columns, rows)


HEALTH = Section("health", lambda: t("The evaluation itself"), lambda reading: tuple(_blocks(reading)), slides=False)
