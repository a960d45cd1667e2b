"""Two definitions side by side, and the search for the definition behind a number."""

from __future__ import annotations

from contextlib import AbstractContextManager

from crmeter.analysis.number_search import Candidate, Wanted, candidates, search, wanted
from crmeter.analysis.reconciliation import Group, Reconciliation
from crmeter.analysis.reconciliation import reconcile as walk
from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.evaluation.explaining import dimensions_of
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.past import reading_past

__all__ = ["Candidate", "Group", "Reconciliation", "Wanted", "find_number", "reconcile"]


def reconcile(workspace: Workspace, ids: tuple[str, str], period: str | None = None) -> tuple[Reconciliation, Period]:
    """The way from one KPI's value to another's over a period, the last full quarter if None."""
    kpis = workspace.catalogue.chosen(ids)
    if len(kpis) < 2:
        raise UserError.of(t("Both are the same KPI: {id}.", id=kpis[0].id), next=t("Name two that differ."))
    with believed(workspace) as warehouse:
        whole = the_period(workspace.rules, warehouse.load.as_of, period, None, None)
        return walk(warehouse, workspace.rules, (kpis[0], kpis[1]), whole), whole


def find_number(
    workspace: Workspace, number: str, id: str, period: str | None = None
) -> tuple[list[Candidate], list[Candidate], Period]:
    """Which variant of a measure, population, calendar or rule comes to a number; and the nearest where none does."""
    written = wanted(number)
    (asked,) = workspace.catalogue.chosen([id])
    kpis = [kpi for kpi in workspace.catalogue.kpis if kpi.measure == asked.measure]
    with believed(workspace) as warehouse:
        whole = the_period(workspace.rules, warehouse.load.as_of, period, None, None)

        def recount(rules: Rules) -> AbstractContextManager[Warehouse]:
            return reading_past(workspace.warehouse, warehouse.load.number, rules)

        names = dict.fromkeys(name for kpi in kpis for name in dimensions_of(kpi, warehouse))
        every = candidates(warehouse, recount, workspace.rules, kpis, whole, list(names))
        hits, nearest = search(every, written)
    return hits, nearest, whole
