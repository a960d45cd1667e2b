"""Evaluations: run in four steps, sealed and kept. A run that was interrupted goes on where it was; the same one is not
made twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crmeter.app.benchmarks import all_benchmarks
from crmeter.app.events import all_events, find, windows
from crmeter.app.goals import open_goals
from crmeter.app.ingesting import silent
from crmeter.app.measuring import DEFAULT_PERIOD, ensure_same_rules, the_period
from crmeter.app.objectives import check, indicator_system
from crmeter.app.plans import for_evaluation
from crmeter.app.settings import Workspace
from crmeter.evaluation.comparison import PREVIOUS
from crmeter.evaluation.evaluate import Inputs, Scope
from crmeter.evaluation.evaluate import evaluate as judge
from crmeter.evaluation.events import Event
from crmeter.evaluation.seal import digest
from crmeter.evaluation.steps import STEPS, Step, Steps
from crmeter.ingest.landing import Progress
from crmeter.kernel.errors import raise_if_any
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.metrics.dimensions import parse_filters
from crmeter.store.alerts import AlertStore
from crmeter.store.evaluations import EvaluationStore, StoredEvaluation
from crmeter.store.runs import FINISHED, RUNNING, RunStore, StoredRun, StoredStep
from crmeter.warehouse.duck import Warehouse, reading

__all__ = ["StoredEvaluation", "evaluate", "evaluation", "evaluations", "runs", "targets_by_id"]


def evaluate(
    workspace: Workspace,
    *,
    period: str | None = None,
    scope: Sequence[str] = (),
    trigger: str | None = None,
    again: bool = False,
    progress: Progress = silent,
) -> Mapping[str, Any]:
    """Evaluate a period, the last full quarter if None, seal the evaluation and keep it; the document.

    ``scope`` are filters that say whom it is about. ``trigger`` is an event, by its id: the windows after and before it
    are then compared; with a period it may be words. Where everything that the evaluation starts from is as it was at
    an earlier one, that one is the result, unless ``again``.
    """
    store = RunStore(workspace.store_url)
    with reading(workspace.warehouse) as warehouse:
        ensure_same_rules(warehouse.load, workspace.rules)
        whom = _scope(workspace, warehouse, period, scope, trigger)
        name = workspace.rules.calendar.name(whom.period)
        inputs = Inputs(warehouse, workspace.rules, whom, workspace.catalogue.kpis)
        run = _run(store, _asked(whom), name, inputs, again=again)
        if run.state == FINISHED and run.evaluation:
            return evaluation(workspace, run.evaluation)
        progress(t("Evaluating {period}", period=name), None)
        document = judge(
            warehouse,
            workspace.rules,
            whom,
            name=workspace.name,
            id=run.evaluation or "",
            kpis=workspace.catalogue.kpis,
            inputs=inputs,
            steps=_steps(store, run),
        )
    if not store.finish(run.number, document):  # another process was asked the same and was there first
        return evaluation(workspace, document["id"])
    return document


def _asked(whom: Scope) -> str:
    """What tells runs apart: the period, whom it is about, and what gave occasion to it."""
    bases = {to: [str(base.start), str(base.end)] for to, base in whom.bases.items()}
    span = [str(whom.period.start), str(whom.period.end), str(whom.period.grain)]
    return digest([span, sorted(map(str, whom.filters)), whom.trigger, bases])


def _run(store: RunStore, asked: str, name: str, inputs: Inputs, *, again: bool) -> StoredRun:
    """The run to go on with, the finished one that had the same inputs, or a new one."""
    for run in store.list(asked):
        if run.state not in (RUNNING, FINISHED):
            continue
        other = next((s.step for s in store.steps(run.number) if s.inputs != _frozen(inputs, s)), None)
        if run.state == RUNNING and other:
            store.give_up(run.number, other)
        elif run.state == RUNNING or not (other or again):
            return run
    return store.begin(asked, name)


def _frozen(inputs: Inputs, step: StoredStep) -> Mapping[str, Any]:
    """The inputs that a step would have now; those of the last one are what was found."""
    return inputs.of(step.step) or step.inputs


def _steps(store: RunStore, run: StoredRun) -> Steps:
    """The steps of a run, those that are done as they were kept."""
    kept = [
        Step(s.step, s.started_at, s.finished_at, s.inputs, s.made)
        for s in store.steps(run.number)
        if s.made is not None
    ]

    def keep(step: Step) -> None:
        store.keep(run.number, StoredStep(step.step, step.started_at, step.finished_at, step.inputs, step.made))

    return Steps(kept, keep)


def runs(workspace: Workspace) -> list[dict[str, Any]]:
    """Every run with the state of its four steps, the newest first."""
    store = RunStore(workspace.store_url)
    told = []
    for run in store.list():
        done = {step.step: step for step in store.steps(run.number)}
        states = [{"step": name, "state": "done" if name in done else "open"} for name in STEPS]
        told.append({**run.__dict__, "steps": states})
    return told


def _scope(
    workspace: Workspace, warehouse: Warehouse, period: str | None, scope: Sequence[str], trigger: str | None
) -> Scope:
    """What is evaluated, and all that is known beside the data."""
    filters = parse_filters(scope)
    events = all_events(workspace, warehouse)
    chosen, event, bases = _windows(workspace, warehouse, period, trigger, events)
    written = [str(f) for f in filters]
    bare = Scope(
        chosen,
        filters,
        (event.note or event.id) if event else trigger,
        workspace.dimensions,
        targets_by_id(workspace),
        event=event,
        bases=bases,
        events=events,
        goals=open_goals(workspace, written),
        # alerts and plans are of the whole company: who may see a part of it learns nothing of the rest
        plans=() if written else for_evaluation(workspace),
        benchmarks=all_benchmarks(workspace, warehouse, chosen.start.year),
        alerts=() if written else _alerts(workspace),
        indicators=indicator_system(workspace),
        lacks=[(lack.kind, lack.about) for lack in check(workspace)],
        catalogue=workspace.catalogue,
    )
    earlier, reported = _earlier(workspace, bare, written)
    return replace(bare, earlier=earlier, reported=reported)


def _windows(
    workspace: Workspace, warehouse: Warehouse, period: str | None, trigger: str | None, events: list[Event]
) -> tuple[Period, Event | None, dict[str, Period]]:
    """The period; where an event set it, that event and the window before it."""
    as_of = warehouse.load.as_of
    if trigger and not period:
        event = find(events, trigger)
        after, before = windows(event, as_of)
        return after, event, {PREVIOUS: before}
    named = next((each for each in events if trigger and each.id.casefold() == trigger.casefold()), None)
    return the_period(workspace.rules, as_of, period or DEFAULT_PERIOD, None, None), named, {}


def _alerts(workspace: Workspace) -> list[dict[str, Any]]:
    """The alerts that are running, as they were last told."""
    running = [a for a in AlertStore(workspace.store_url).list(workspace.alerts.grain) if a.ended_on is None]
    told = []
    for alert in running:
        last = alert.documents[max(alert.documents)]
        kept = ("verdict", "value", "expected", "p")
        told.append(
            {"kpi": alert.kpi, "since": alert.started_on.isoformat(), **{name: last.get(name) for name in kept}}
        )
    return told


def _earlier(
    workspace: Workspace, scope: Scope, filters: list[str]
) -> tuple[list[str], dict[tuple[str, str, str], tuple[float, str]]]:
    """The evaluations of periods before, and what those of the base periods reported, of the same customers."""
    kept = EvaluationStore(workspace.store_url)
    every = kept.list()
    calendar = workspace.rules.calendar
    bases = [calendar.previous(scope.period), calendar.year_before(scope.period), *scope.bases.values()]
    spans = {(base.start, base.end) for base in bases}
    reported: dict[tuple[str, str, str], tuple[float, str]] = {}
    for stored in every:
        if (stored.period_start, stored.period_end) in spans:
            document = kept.get(stored.id)
            if document["scope"] == filters:
                reported |= _values(document, stored)
    return [stored.id for stored in every if stored.period_end <= scope.period.start], reported


def _values(document: Mapping[str, Any], stored: StoredEvaluation) -> dict[tuple[str, str, str], tuple[float, str]]:
    """The values that an evaluation reported of a period that was over."""
    span = (stored.period_start.isoformat(), stored.period_end.isoformat())
    return {
        (told["kpi"], *span): (told["value"]["value"], stored.id)
        for told in document["kpis"]
        if told["value"]["value"] is not None and told["value"]["complete"]
    }


def targets_by_id(workspace: Workspace) -> dict[str, float]:
    """The targets of the settings by KPI; UserError for those of KPIs there are none of."""
    catalogue = workspace.catalogue
    found = {id: catalogue.by_id.get(id) or catalogue.first_variants.get(id) for id in workspace.targets}
    raise_if_any(catalogue.unknown(id) for id, kpi in found.items() if kpi is None)
    return {kpi.id: workspace.targets[id].value for id, kpi in found.items() if kpi is not None}


def evaluations(workspace: Workspace) -> tuple[StoredEvaluation, ...]:
    """Every evaluation of the workspace, first sealed first."""
    return EvaluationStore(workspace.store_url).list()


def evaluation(workspace: Workspace, id: str) -> Mapping[str, Any]:
    """A sealed evaluation as it was stored."""
    return EvaluationStore(workspace.store_url).get(id)
