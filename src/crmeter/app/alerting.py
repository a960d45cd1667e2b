"""Alerts: which KPIs are far from what was to be expected, each told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crmeter.analysis.alerts import (
    SEASON_P,
    Judgement,
    Ongoing,
    alpha_of,
    is_waited_for,
    judge,
    lateness,
    watched_by_default,
)
from crmeter.analysis.forecast.changes import events_of
from crmeter.analysis.forecast.history import GRAINS, History, history, measured, periods_known
from crmeter.app import cataloguing
from crmeter.app.ingesting import silent
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.evaluation.explaining import dimensions_of
from crmeter.evaluation.segments import segments
from crmeter.ingest.landing import Progress
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import splits
from crmeter.store.alerts import AlertStore, StoredAlert
from crmeter.warehouse.duck import Warehouse

TOLD = ("new", "worse", "ended", "usual")
Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Watch:
    """What is needed to judge one period after the other."""

    workspace: Workspace
    warehouse: Warehouse
    store: AlertStore
    grain: Grain
    histories: Sequence[History]
    late: Mapping[str, dict[str, Any]]
    alpha: float


def alerts(
    workspace: Workspace, *, period: str | None = None, since: date | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """What is to be told of the last period that is over, of ``period``, or of each period ``since`` a day; what was
    told before is listed as ongoing. UserError where the period is not over or of another grain."""
    grain = Grain(workspace.alerts.grain)
    with believed(workspace) as warehouse:
        known = periods_known(workspace.rules.calendar, warehouse.load.as_of, grain)
        chosen = _chosen(workspace, warehouse, known, period, since)
        kpis = _watched(workspace)
        late = lateness(warehouse, kpis)
        progress(t("Measuring"), None)
        found = measured(warehouse, workspace.rules, kpis, known)
        pasts = [past for kpi in kpis if (past := history(found, kpi, known, workspace.rules, GRAINS[grain]))]
        alpha = alpha_of(workspace.alerts.false_alarms, len(pasts), grain)
        watch = Watch(workspace, warehouse, AlertStore(workspace.store_url), grain, pasts, late, alpha)
        told: dict[str, list[dict[str, Any]]] = {"alerts": [], "ongoing": [], "waiting": []}
        for place, each in enumerate(chosen):
            progress(t("Looking at {period}", period=workspace.rules.calendar.name(each)), place / len(chosen))
            for name, rows in _looked_at(watch, each).items():
                told[name] += rows
        return {
            "grain": str(grain),
            "periods": [_period(each) for each in chosen],
            "watched": len(pasts),
            "without_value": [kpi.id for kpi in kpis if all(past.kpi is not kpi for past in pasts)],
            "false_alarms_a_quarter": workspace.alerts.false_alarms,
            "alpha": alpha,
            **told,
            "as_of": warehouse.load.as_of.isoformat(),
            "load": warehouse.load.number,
        }


def _watched(workspace: Workspace) -> list[Kpi]:
    if workspace.alerts.kpis:
        return [kpi for kpi in workspace.catalogue.chosen(workspace.alerts.kpis) if not kpi.always_by]
    return watched_by_default(workspace.catalogue.kpis, workspace.rules)


def _chosen(
    workspace: Workspace, warehouse: Warehouse, known: Sequence[Period], period: str | None, since: date | None
) -> list[Period]:
    """The periods to look at, first to last."""
    if period and since:
        raise UserError.of(t("--period and --since exclude each other."), next=t("Give one of them."))
    if since:
        found = [each for each in known if each.end > since]
        if not found:
            raise UserError.of(t("No period is over since {day}.", day=since))
        return found
    if not period:
        return [known[-1]]
    asked = workspace.rules.calendar.parse(period, warehouse.load.as_of)
    if asked not in known:
        raise UserError.of(
            t("{period} cannot be watched.", period=period),
            t("Alerts look at periods that are over, by {grain}, back to {first}.",
              grain=workspace.alerts.grain, first=workspace.rules.calendar.name(known[0])),
            t("Name one of them, or set grain in [alerts]."),
        )  # fmt: skip
    return [asked]


def _looked_at(watch: Watch, period: Period) -> dict[str, list[dict[str, Any]]]:
    """What one period brings; it is kept, so that it is told once."""
    kept: dict[str, list[StoredAlert]] = {}
    for alert in watch.store.list(str(watch.grain)):
        kept.setdefault(alert.kpi, []).append(alert)
    told: dict[str, list[dict[str, Any]]] = {"alerts": [], "ongoing": [], "waiting": []}
    for past in watch.histories:
        waits = is_waited_for(past.kpi, period, watch.late, watch.warehouse.load.as_of)
        if waits:
            told["waiting"].append({"kpi": past.kpi.id, "period": _period(period), **waits})
            continue
        before = [each for each in kept.get(past.kpi.id, ()) if each.started_on <= period.start]
        again = next((each for each in before if period.start.isoformat() in each.documents), None)
        if again:  # told already: the same once more, marked so
            told["ongoing"].append({**again.documents[period.start.isoformat()], "told_before": True})
            continue
        running = next((each for each in before if each.ended_on is None or each.ended_on > period.start), None)
        ongoing = running and Ongoing(running.kpi, running.started_on, running.direction, running.distance)
        judged = judge(past, period, ongoing or None, watch.alpha)
        if judged is None or (judged.kind == "new" and _is_season(watch, past, judged)):
            continue
        document = _document(watch, judged)
        told["alerts" if judged.kind in TOLD else "ongoing"].append(document)
        if judged.kind in TOLD:
            watch.store.keep(_to_keep(watch, running, judged, document))
    told["alerts"].sort(key=lambda each: (each["kind"] != "new", -each["distance"]))
    return told


def _is_season(watch: Watch, past: History, judged: Judgement) -> bool:
    """Whether it lies in the season of Spring Festival, and the same days of the season a year before were alike."""
    at = next(place for place, each in enumerate(past.periods) if each.start == judged.period.start)
    if not past.series.days.unusual_in(at, 1)[0]:
        return False
    base = watch.workspace.rules.calendar.year_before(judged.period)
    request = Request([judged.kpi], [judged.period, base], pairs=[(judged.period, base)])
    found = measure(watch.warehouse, watch.workspace.rules, request).difference(judged.kpi, judged.period, base)
    return found is not None and found.p is not None and found.p > SEASON_P


def _to_keep(watch: Watch, running: StoredAlert | None, judged: Judgement, document: dict[str, Any]) -> StoredAlert:
    told_on, ended = judged.period.start, judged.kind in ("ended", "usual")
    if running is None:
        return StoredAlert(
            judged.kpi.id, str(watch.grain), judged.started.start, judged.direction, judged.distance, told_on, None,
            {told_on.isoformat(): document},
        )  # fmt: skip
    return replace(
        running,
        distance=judged.distance,
        told_on=told_on,
        ended_on=told_on if ended else None,
        documents={**running.documents, told_on.isoformat(): document},
    )


def _document(watch: Watch, judged: Judgement) -> dict[str, Any]:
    """An alert as plain values, with the segment that moved most and the events of its first period."""
    money = judged.kpi.unit == "money"
    near = [e for e in events_of(watch.warehouse) if judged.started.start <= e.on < judged.started.end]
    return {
        "kind": judged.kind,
        "kpi": judged.kpi.id,
        "name": cataloguing.name(judged.kpi.id, watch.workspace.catalogue),
        "unit": str(judged.kpi.unit),
        "currency": watch.workspace.rules.currency if money else None,
        "grain": str(watch.grain),
        "period": _period(judged.period),
        "since": _period(judged.started),
        "verdict": judged.verdict(watch.workspace.rules),
        "direction": judged.direction,
        "value": judged.value,
        "expected": judged.expected,
        "low": judged.low,
        "high": judged.high,
        "distance": judged.distance,
        "p": judged.p,
        "model": judged.model,
        "segment": _moved_most(watch, judged) if judged.kind in ("new", "worse") else None,
        "events": [event.as_json() for event in near],
        "told_before": False,
    }


def _moved_most(watch: Watch, judged: Judgement) -> dict[str, Any] | None:
    """The segment that moved most against the period before the deviation began; None where none stands out."""
    kpi, rules = judged.kpi, watch.workspace.rules
    base = rules.calendar.previous(judged.started)
    wanted = [name for name in watch.workspace.dimensions if splits(name, kpi, watch.warehouse.tables)]
    slices = [(name,) for name in wanted or dimensions_of(kpi, watch.warehouse)]
    found = measure(watch.warehouse, rules, Request([kpi], [judged.period, base], slices=[(), *slices]))
    moved = [each for each in segments(found, kpi, judged.period, base, slices) if each.beyond_noise]
    if not moved:
        return None
    now, before = found.value(kpi, judged.period).value, found.value(kpi, base).value
    return moved[0].as_json((now or 0.0) - (before or 0.0))


def _period(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}
