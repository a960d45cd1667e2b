"""Values of KPIs, measured on the published load."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from crmeter.app.known_values import ensure_known
from crmeter.app.period import DEFAULT_PERIOD, the_period, the_periods
from crmeter.app.server import on_server
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain
from crmeter.metrics import Request
from crmeter.metrics import measure as measure_together
from crmeter.metrics.dimensions import parse_filters
from crmeter.metrics.request import CURRENCY
from crmeter.model.populations.population import Rates
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Load, Warehouse, reading
from crmeter.warehouse.past import reading_past

__all__ = ["DEFAULT_PERIOD", "believed", "ensure_same_rules", "measurable", "measure", "the_period", "the_rates"]


def measure(
    workspace: Workspace,
    ids: Sequence[str],
    *,
    period: str | None = None,
    start: date | None = None,
    end: date | None = None,
    grain: Grain | None = None,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    rates: Rates | date = Rates.OF_THE_DAY,
    known_at: int | None = None,
) -> list[dict[str, Any]]:
    """The values of KPIs as the JSON that docs/reference/values.md describes, by KPI, then period, then group.

    ``period`` is a name such as 2025-Q3, else ``start`` and ``end`` (not included) bound it; the last full quarter if
    neither is given. With ``grain`` there is a value for each period of that length in it. ``rates`` are those of
    amounts in other currencies (as they are, they are split by currency), ``known_at`` the load whose knowledge counts.
    A KPI that always has a row for each stage has it here too.
    Raises UserError with what is wrong with ids, period, dimensions or filters, and where settings changed since the
    data was loaded.
    """
    kpis = workspace.catalogue.chosen(ids)
    filters = parse_filters(where)
    with measurable(workspace, known_at) as warehouse:
        periods = the_periods(workspace.rules, warehouse.load.as_of, period, start, end, grain)
        ensure_known(warehouse, kpis, filters)
        names = tuple(dict.fromkeys([*by, *([CURRENCY] if rates is Rates.ORIGINAL else [])]))
        values: dict[str, list[dict[str, Any]]] = {}
        for always in dict.fromkeys(kpi.always_by for kpi in kpis):
            alike, split = [kpi for kpi in kpis if kpi.always_by == always], tuple(dict.fromkeys((*always, *names)))
            request = Request(alike, periods, (split,), filters, rates=rates)
            found = measure_together(warehouse, workspace.rules, request)
            for kpi in alike:
                values[kpi.id] = [value.as_json() for each in periods for value in found.values(kpi, each, split)]
        return [value for kpi in kpis for value in values[kpi.id]]


@contextmanager
def measurable(workspace: Workspace, load: int | None = None) -> Iterator[Warehouse]:
    """What KPIs are measured on: see :func:`believed`, or the tables of a server where the workspace names one."""
    if load is None and workspace.server:
        with on_server(workspace) as there:
            yield there
        return
    with believed(workspace, load) as warehouse:
        yield warehouse


@contextmanager
def believed(workspace: Workspace, load: int | None = None) -> Iterator[Warehouse]:
    """What is believed now, or was at ``load``, counted by the settings of the workspace."""
    if load is not None:
        with reading_past(workspace.warehouse, load, workspace.rules) as past:
            yield past
        return
    with reading(workspace.warehouse) as warehouse:
        ensure_same_rules(warehouse.load, workspace.rules)
        yield warehouse


def the_rates(word: str) -> Rates | date:
    """The rates that ``day``, ``original`` or a day such as 2025-01-01 stand for."""
    if word in list(Rates):
        return Rates(word)
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise UserError.of(
            t("“{word}” says no rates.", word=word), next=t("Write day, original, or a day such as 2025-01-01.")
        ) from None


def ensure_same_rules(load: Load, rules: Rules) -> None:
    """Refuse to count by rules that the loaded data was not prepared for."""
    now = json.loads(json.dumps(rules.as_json()))
    changed = [name for name, value in now.items() if load.rules.get(name) != value]
    if changed:
        raise UserError.of(
            t("These settings have changed since the data was loaded: {names}.", names=", ".join(changed)),
            t("Days, spells and the data horizon were worked out with the ones before."),
            t("Run: crmeter ingest"),
        )
