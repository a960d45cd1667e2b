"""As reported and as known now: a sealed evaluation against today's data, rules and definitions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmeter.app.evaluating import evaluation
from crmeter.app.ingesting import silent
from crmeter.app.measuring import ensure_same_rules
from crmeter.app.settings import Workspace
from crmeter.evaluation.changes import Cause, Changed, Stage, changes_since, stages
from crmeter.evaluation.seal import check_seal
from crmeter.ingest.landing import Progress
from crmeter.kernel.messages import t
from crmeter.metrics.dimensions import parse_filters
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse, reading
from crmeter.warehouse.erasure import erased_names, erased_since
from crmeter.warehouse.past import Change, reading_past

__all__ = ["Cause", "Changed", "Changes", "changes"]


@dataclass(frozen=True)
class Changes:
    """What became of an evaluation. ``vanished`` are its KPIs that there are no more."""

    id: str
    period: str
    loads: tuple[int, int]
    values: tuple[Changed, ...]
    vanished: tuple[str, ...]


def changes(workspace: Workspace, id: str, kpis: Collection[str] = (), progress: Progress = silent) -> Changes:
    """What became of each value of a sealed evaluation, of ``kpis`` alone where given, and why."""
    document = evaluation(workspace, id)
    check_seal(document)
    wanted = {kpi.id for kpi in workspace.catalogue.chosen(list(kpis))}
    with reading(workspace.warehouse) as warehouse:
        ensure_same_rules(warehouse.load, workspace.rules)
        load, as_of = warehouse.load.number, warehouse.load.as_of
        happened = _happened(warehouse, document["load"])
        erased = _is_erased(warehouse, document)
    rules = Rules.from_json(document["workspace"]["rules"])
    way = [
        Stage(s.cause, s.changes & happened, s.rules, s.as_of)
        for s in stages((rules, date.fromisoformat(document["as_of"])), (workspace.rules, as_of), erased=erased)
    ]
    done = 0

    @contextmanager
    def open_stage(stage: Stage) -> Iterator[Warehouse]:
        nonlocal done
        progress(t("Counting as it was known then, and what came since"), done / len(way))
        done += 1
        past = reading_past(
            workspace.warehouse, document["load"], stage.rules, changes=stage.changes, as_of=stage.as_of
        )
        with past as warehouse:
            yield warehouse

    chosen = [kpi for kpi in workspace.catalogue.kpis if not wanted or kpi.id in wanted]
    values = changes_since(document, way, open_stage, chosen)
    vanished = _vanished(document, {kpi.id for kpi in workspace.catalogue.kpis})
    return Changes(id, document["period"]["name"], (document["load"], load), tuple(values), vanished)


def _happened(warehouse: Warehouse, load: int) -> frozenset[Change]:
    """The kinds of changes that can have come since a load."""
    sums = ", ".join(f"coalesce(sum({count}), 0) > 0" for count in ("accepted - changed", "changed", "gone"))
    [(late, changed, gone)] = warehouse.execute(
        f"SELECT {sums} FROM meta.load_table WHERE load > $load", {"load": load}
    )
    found = {Change.LATE} if late else set()
    if changed or late:
        found |= {Change.CORRECTED, Change.MERGED, Change.RATES, Change.CALENDAR}
    return frozenset(found | ({Change.DELETED} if gone or changed or late else set()))


def _is_erased(warehouse: Warehouse, document: Mapping[str, Any]) -> bool:
    """Whether customers were erased since, and the scope asks for something that went with them. Nothing else that is
    counted moves with an erasure."""
    if not erased_since(warehouse.execute, document["load"], document["sealed_at"]):
        return False
    asked = {filter.name.rpartition(".")[2] for filter in parse_filters(document["scope"])}
    return bool(asked & set(erased_names(warehouse.tables)))


def _vanished(document: Mapping[str, Any], known: Collection[str]) -> tuple[str, ...]:
    return tuple(told["kpi"] for told in document["kpis"] if told["kpi"] not in known)
