"""Objectives with the values of their KPIs: for the company and, beside it, for one team. Both are the certified
numbers that ``crmeter kpi`` shows, so every team looks at the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.app.measuring import ensure_same_rules, the_period
from crmeter.app.objectives import indicator_system
from crmeter.app.settings import Workspace
from crmeter.app.settings.kinds import nearest
from crmeter.evaluation.indicators import Indicator, IndicatorSystem, Objective
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Measurement, Request, measure
from crmeter.metrics.dimensions import splits
from crmeter.warehouse.duck import Warehouse, reading

TEAM = "team"


@dataclass(frozen=True)
class Shown:
    """A KPI of an objective: its value, None where it has one for each stage only; and that of the team, None where it
    cannot be told by team."""

    objective: Objective
    indicator: Indicator
    company: dict[str, Any] | None
    team: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values; ``company`` and ``team`` are values as ``crmeter kpi --format json`` writes them."""
        return {
            "objective": self.objective.id,
            "kpi": self.indicator.kpi,
            "owner": self.indicator.owner,
            "company": self.company,
            "team": self.team,
        }


def shown(
    workspace: Workspace, id: str | None = None, *, team: str | None = None, period: str | None = None
) -> list[Shown]:
    """The active KPIs of an objective, of all if None, with their values. UserError for a team there is none of."""
    system = indicator_system(workspace)
    objectives = [_objective(system, id)] if id else list(system.objectives)
    chosen = [(objective, indicator) for objective in objectives for indicator in system.of(objective.id)]
    kpis = [kpi for kpi in workspace.catalogue.chosen([i.kpi for _, i in chosen]) if not kpi.always_by]
    if not chosen:
        raise UserError.of(t("No KPI is chosen for an objective yet."), next=t("Run: crmeter objective wizard"))
    with reading(workspace.warehouse) as warehouse:
        ensure_same_rules(warehouse.load, workspace.rules)
        when = the_period(workspace.rules, warehouse.load.as_of, period, None, None)
        found = measure(warehouse, workspace.rules, Request(kpis, [when]))
        of_team = _of_team(warehouse, workspace, kpis, when, team) if team else {}
        values = {kpi.id: found.value(kpi, when).as_json() for kpi in kpis}
    return [Shown(o, i, values.get(i.kpi), of_team.get(i.kpi)) for o, i in chosen]


def _objective(system: IndicatorSystem, id: str) -> Objective:
    found = system.objective(id)
    if found is None:
        near = nearest(id, [o.id for o in system.objectives])
        raise UserError.of(
            t("There is no objective “{id}”.", id=id),
            next=t("Did you mean “{word}”?", word=near) if near else t("“crmeter objective list” shows them."),
        )
    return found


def _of_team(
    warehouse: Warehouse, workspace: Workspace, kpis: Sequence[Kpi], when: Period, team: str
) -> dict[str, dict[str, Any]]:
    """The team's value of each KPI that can be split by team."""
    split = [kpi for kpi in kpis if splits(TEAM, kpi, warehouse.tables)]
    if not split:
        raise UserError.of(t("None of these KPIs can be told by team."))
    found = measure(warehouse, workspace.rules, Request(split, [when], slices=((TEAM,),)))
    teams = sorted({name for kpi in split for (name,) in found.groups(kpi, when, (TEAM,)) if name})
    if team not in teams:
        near = nearest(team, teams)
        raise UserError.of(
            t("There is no team “{team}” in {period}.", team=team, period=workspace.rules.calendar.name(when)),
            t("Teams are {names}.", names=", ".join(teams) or "–"),
            t("Did you mean “{word}”?", word=near) if near else "",
        )
    return dict(_values(found, split, when, team))


def _values(found: Measurement, kpis: Sequence[Kpi], when: Period, team: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for kpi in kpis:
        yield kpi.id, found.value(kpi, when, (TEAM,), (team,)).as_json()
