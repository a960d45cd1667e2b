"""Evaluations: made, sealed and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.app.ingesting import silent
from crmeter.app.measuring import ensure_same_rules, the_period
from crmeter.app.settings import Workspace
from crmeter.evaluation.evaluate import Scope
from crmeter.evaluation.evaluate import evaluate as judge
from crmeter.ingest.landing import Progress
from crmeter.kernel.errors import raise_if_any
from crmeter.kernel.messages import t
from crmeter.metrics.dimensions import parse_filters
from crmeter.store.evaluations import EvaluationStore, StoredEvaluation
from crmeter.warehouse.duck import reading

__all__ = ["StoredEvaluation", "evaluate", "evaluation", "evaluations", "targets_by_id"]


def evaluate(
    workspace: Workspace,
    *,
    period: str | None = None,
    scope: Sequence[str] = (),
    trigger: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Evaluate a period, the last full quarter if None, seal the evaluation and keep it; the document.

    ``scope`` are filters that say whom it is about, ``trigger`` what gave occasion to it.
    """
    targets = targets_by_id(workspace)
    filters = parse_filters(scope)
    store = EvaluationStore(workspace.store_url)
    with reading(workspace.warehouse) as warehouse:
        ensure_same_rules(warehouse.load, workspace.rules)
        chosen = the_period(workspace.rules, warehouse.load.as_of, period, None, None)
        name = workspace.rules.calendar.name(chosen)
        progress(t("Evaluating {period}", period=name), None)
        whom = Scope(chosen, filters, trigger, workspace.dimensions, targets)
        document = judge(
            warehouse,
            workspace.rules,
            whom,
            name=workspace.name,
            id=store.next_id(name),
            kpis=workspace.catalogue.kpis,
        )
    store.add(document)
    return document


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
