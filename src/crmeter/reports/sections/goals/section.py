"""Goals and how they stand, and improvement plans with what their verification came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import effects, goals, numbers, periods, plans, words
from crmeter.reports.blocks import Block, Cell, Column, Heading, Table, Tone
from crmeter.reports.reading import Line, Reading
from crmeter.reports.section import Section

Plain = Mapping[str, Any]
_TONES: dict[str, Tone] = {
    "on_track": "good", "met": "good", "at_risk": "warn", "off_track": "bad", "missed": "bad",
    "improved": "good", "worse": "bad", "no_detectable_change": "flat",
}  # fmt: skip


def _blocks(reading: Reading) -> Iterator[Block]:
    states = [s for s in reading.document.get("goals") or () if s["goal"]["kpi"] in reading.by_id]
    own = [plan for plan in reading.document.get("plans") or () if plan["kpi"] in reading.by_id]
    if states:
        yield Heading(t("Goals"))
        yield Table(_goal_columns(), [_goal(reading.by_id[s["goal"]["kpi"]], s) for s in states])
    if own:
        yield Heading(t("Improvement plans"))
        yield Table(_plan_columns(), [_plan(reading.by_id[plan["kpi"]], plan) for plan in own])


def _goal_columns() -> tuple[Column, ...]:
    return (
        Column(t("Goal"), width=2.2),
        Column(t("Now"), kind="number"),
        Column(t("Target"), kind="number"),
        Column(t("Way done"), kind="share"),
        Column(t("Will be met"), kind="share"),
        Column(t("State"), width=1.2),
    )


def _goal(line: Line, told: Plain) -> Sequence[Cell | str]:
    goal, value = told["goal"], told["value"]
    last = date.fromisoformat(goal["period"]["end"]) - timedelta(days=1)
    until = t("by {day}", day=periods.day(last))
    who = [text for text in (line.card.name, until, goal["owner"] or goal["team"] or "") if text]
    chance = (told["expected"] or {}).get("probability")
    status = f"{goals.ICONS.get(told['status'], '?')} {goals.status(told['status'])}"
    reason = (words.reason(told["reason"]),) if told.get("reason") else ()

    def amount(number: float | None) -> Cell:
        return Cell(numbers.amount(number, line.unit, line.currency), number, line.unit, line.currency)

    progress = told.get("progress")
    return (
        Cell(goal["name"] or line.card.name, lines=tuple(who), code=goal["id"], tone="strong"),
        amount(value["value"]),
        amount(told["target"]),
        Cell("–" if progress is None else numbers.share(progress), progress, "share"),
        Cell(goals.probability(chance), chance, "share"),
        Cell(status, lines=reason, tone=_TONES.get(told["status"], "muted")),
    )


def _plan_columns() -> tuple[Column, ...]:
    return (
        Column(t("Plan"), width=2.2),
        Column(t("State"), width=1.2),
        Column(t("What it changes"), width=1.2),
        Column(t("Effect (95% interval)"), kind="number", width=1.8),
        Column(t("Verified"), width=1.4),
    )


def _plan(line: Line, plan: Plain) -> Sequence[Cell | str]:
    under = (line.card.name, plans.days(plan["start"], plan["end"]), plan["owner"] or "")
    effect = plan.get("effect")
    said = "–" if effect is None else numbers.change(effect, line.unit, line.currency)
    interval = numbers.change_interval(plan.get("low"), plan.get("high"), line.unit, line.currency)
    verdict = plan.get("verdict")
    marks = (t("departed from what was registered"),) if plan.get("deviations") else ()
    return (
        Cell(plan["title"] or plan["id"], lines=tuple(text for text in under if text), code=plan["id"], tone="strong"),
        plans.state(plan["state"]),
        words.action_kind(plan["kind"]) if plan["kind"] else "–",
        Cell(said, effect, line.unit, line.currency, lines=(interval,) if interval else ()),
        Cell(effects.verdict(verdict) if verdict else "–", tone=_TONES.get(verdict or "", "muted"), marks=marks),
    )


GOALS = Section("goals", lambda: t("Goals and plans"), lambda reading: tuple(_blocks(reading)))
