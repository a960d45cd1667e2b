"""Answering what KPIs came to: from the snapshot where it holds all that is asked for, else by measuring."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmeter.app.period import the_periods
from crmeter.app.ready import Ready
from crmeter.app.settings import Workspace
from crmeter.kernel.messages import language
from crmeter.kernel.period import Grain
from crmeter.snapshots.snapshot import Snapshot

OF_THE_DAY = "day"  # the rates that a snapshot has amounts at


@dataclass(frozen=True)
class Question:
    """What is asked, as :func:`crmeter.app.measuring.measure` takes it; ``rates`` is the word for them."""

    ids: Sequence[str]
    period: str | None = None
    start: date | None = None
    end: date | None = None
    grain: Grain | None = None
    by: Sequence[str] = ()
    where: Sequence[str] = ()
    rates: str = OF_THE_DAY
    known_at: int | None = None


@dataclass(frozen=True)
class Answer:
    """The values, by KPI, then period, then group, and what the KPIs are called in the language of the moment."""

    values: list[dict[str, Any]]
    names: Mapping[str, str]


def answer(workspace: Workspace, question: Question) -> Answer:
    """The values that are asked for; UserError as measuring says it."""
    ready = Ready(workspace)
    try:
        snapshot = ready.snapshot()
        found = None if snapshot is None else _held(workspace, question, snapshot)
    finally:
        ready.close()
    return found or _measured(workspace, question)


def _held(workspace: Workspace, question: Question, snapshot: Snapshot) -> Answer | None:
    """The answer as the snapshot holds it; None where it does not."""
    if question.where or question.rates != OF_THE_DAY or question.known_at is not None:
        return None
    about, asked = snapshot.about, question
    ids = [about["words"].get(word) for word in asked.ids]
    if None in ids:
        return None
    as_of = date.fromisoformat(about["as_of"])
    periods = the_periods(workspace.rules, as_of, asked.period, asked.start, asked.end, asked.grain)
    by = list(dict.fromkeys(asked.by))
    held = [snapshot.answers(id, periods, by) for id in dict.fromkeys(ids)]
    if None in held:
        return None
    values = [value for each in held if each is not None for value in json.loads(each)]
    return Answer(values, {id: about["names"][id][language()] for id in ids})


def _measured(workspace: Workspace, question: Question) -> Answer:
    from crmeter.app import cataloguing, measuring

    values = measuring.measure(workspace, **{**vars(question), "rates": measuring.the_rates(question.rates)})
    ids = dict.fromkeys(value["kpi"] for value in values)
    return Answer(values, {id: cataloguing.name(id, workspace.catalogue) for id in ids})
