"""The indicator system of a workspace: objectives, the KPIs chosen for them, and whether they are kept up."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crmeter.app import cataloguing
from crmeter.app.cataloguing import Catalogue
from crmeter.app.indicators import FILE, Known, read_system
from crmeter.app.indicators.reading import parsed
from crmeter.app.indicators.wizard import Dialogue, Offered, build
from crmeter.app.indicators.writing import appended, changed, indicator_section, objective_section, write_whole
from crmeter.app.settings import Workspace
from crmeter.app.settings.kinds import nearest
from crmeter.evaluation.indicators import Indicator, IndicatorSystem, Objective
from crmeter.evaluation.indicators.goals import Goal
from crmeter.evaluation.indicators.goals import goals as goals_in
from crmeter.evaluation.indicators.review import SEVERITIES, Lack, lacks
from crmeter.kernel.errors import CheckFailed, Problem, UserError
from crmeter.kernel.messages import language, t
from crmeter.metrics import Kpi
from crmeter.metrics.kpi import base_table

__all__ = [
    "Lack",
    "add",
    "check",
    "ensure",
    "goals",
    "indicator_system",
    "run_wizard",
    "system_path",
    "today",
    "update",
]


def system_path(workspace: Workspace) -> Path:
    return workspace.root / FILE


def known(workspace: Workspace) -> Known:
    """What indicators.toml may name in this workspace."""
    catalogue = workspace.catalogue
    kpis = {name: kpi.id for name, kpi in (*catalogue.first_variants.items(), *catalogue.by_id.items())}
    return Known(kpis, tuple(source.name for source in workspace.sources))


def indicator_system(workspace: Workspace) -> IndicatorSystem:
    """The indicator system; UserError with everything that is wrong in its file."""
    return read_system(system_path(workspace), known(workspace))


def goals() -> tuple[Goal, ...]:
    """The goals to begin from, in the language of the moment."""
    return goals_in(language())


@dataclass(frozen=True)
class Chosen:
    """What ``add`` says of the KPIs it chooses; what is None stays as it is, or is left open."""

    owner: str | None = None
    decision: str | None = None
    sources: tuple[str, ...] = ()
    review_by: date | None = None


def add(
    workspace: Workspace,
    id: str,
    *,
    name: str | None = None,
    goal: str | None = None,
    kpis: Sequence[str] = (),
    chosen: Chosen | None = None,
) -> IndicatorSystem:
    """Add an objective, or KPIs to one that is there; the system as it is then. What is wrong is not written."""
    chosen, before = chosen or Chosen(), indicator_system(workspace)
    objective = before.objective(id)
    if objective and (name or goal):
        raise UserError.of(t("There is already an objective “{id}”.", id=id), next=t("Change it in {file}.", file=FILE))
    if not objective:
        objective = _new_objective(id, name, goal, chosen.owner)
    added = [] if before.objective(id) else [objective]
    wanted = {kpi.id: before.indicator(kpi.id) for kpi in workspace.catalogue.chosen(kpis)}
    new = IndicatorSystem(tuple(added), tuple(_chosen(kpi, old, objective, chosen) for kpi, old in wanted.items()))
    return _write(workspace, before, new)


def _new_objective(id: str, name: str | None, goal: str | None, owner: str | None) -> Objective:
    offered = {each.id: each for each in goals()}
    if goal and goal not in offered:
        close = nearest(goal, offered)
        raise UserError.of(
            t("There is no goal “{id}”.", id=goal),
            next=t("Did you mean “{word}”?", word=close) if close else t("“crmeter objective goals” lists them."),
        )
    if not name and not goal:
        raise UserError.of(t("The objective “{id}” has no name.", id=id), next=t("Give it with --name, or a goal."))
    return Objective(id, name or offered[goal or ""].name, goal, owner)


def _chosen(kpi: str, old: Indicator | None, objective: Objective, chosen: Chosen) -> Indicator:
    base = old or Indicator(kpi, owner=objective.owner)
    given = {key: value for key, value in chosen.__dict__.items() if value}
    return replace(base, objectives=tuple(dict.fromkeys((*base.objectives, objective.id))), **given)


def _write(workspace: Workspace, before: IndicatorSystem, new: IndicatorSystem) -> IndicatorSystem:
    """Add what is new to the file, change what is there; the whole is checked before it is written."""
    path = system_path(workspace)
    text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    for indicator in new.indicators:
        old = before.indicator(indicator.kpi)
        if old:
            values = {key: value for key, value in indicator.__dict__.items() if value != getattr(old, key)}
            text = changed(text, "indicators", _written_as(text, indicator.kpi, known(workspace)), values)
    sections = [objective_section(o) for o in new.objectives]
    sections += [indicator_section(i) for i in new.indicators if before.indicator(i.kpi) is None]
    text = appended(text, sections)
    system = parsed(text, known(workspace))
    write_whole(path, text)
    return system


def update(workspace: Workspace, new: IndicatorSystem) -> IndicatorSystem:
    """Write indicators as given, those that are there and new ones; the system as it is then."""
    return _write(workspace, indicator_system(workspace), new)


def _written_as(text: str, kpi: str, known: Known) -> str:
    """The name under which the file has a KPI: its id, or the bare measure."""
    names: dict[str, object] = tomllib.loads(text)["indicators"]
    return next(name for name in names if known.kpis.get(name) == kpi)


def run_wizard(workspace: Workspace, dialogue: Dialogue, on: date | None = None) -> IndicatorSystem:
    """Ask the four steps and write what the answers say; the system as it is then."""
    before = indicator_system(workspace)
    day = on or today(workspace)
    offered = Offered(
        goals(),
        known(workspace),
        lambda kpi: cataloguing.name(kpi, workspace.catalogue),
        lambda kpi: _sources_of(workspace, kpi),
        day,
    )
    return _write(workspace, before, build(before, offered, dialogue))


def check(workspace: Workspace, on: date | None = None) -> list[Lack]:
    """What the indicator system lacks, errors first."""
    system = indicator_system(workspace)
    kpis = workspace.catalogue.chosen([indicator.kpi for indicator in system.indicators])
    return lacks(
        system,
        on or today(workspace),
        targets=[kpi.id for kpi in workspace.catalogue.chosen(list(workspace.targets))],
        delivered={source.name: _delivered(workspace, source.name) for source in workspace.sources},
        needed={kpi.id: needed_tables(kpi) for kpi in kpis},
    )


def ensure(found: Sequence[Lack], severity: str) -> None:
    """CheckFailed where something of this severity or a worse one is lacking."""
    worse = SEVERITIES[: SEVERITIES.index(severity) + 1]
    failed = [lack for lack in found if lack.severity in worse]
    if failed:
        raise CheckFailed(Problem(t("The indicator system does not pass: {count} of the above.", count=len(failed))))


def needed_tables(kpi: Kpi) -> frozenset[str]:
    """The canonical tables a KPI is counted from; who is a customer follows from sales and contracts."""
    found: set[str] = set()
    for population in kpi.populations:
        found |= {"order", "subscription"} if population == "spells" else {base_table(population)}
    return frozenset(found)


def _sources_of(workspace: Workspace, kpi: str) -> tuple[str, ...]:
    (wanted,) = workspace.catalogue.chosen([kpi])
    needed = needed_tables(wanted)
    return tuple(s.name for s in workspace.sources if needed & _delivered(workspace, s.name))


def _delivered(workspace: Workspace, source: str) -> frozenset[str]:
    """The canonical tables a source has a mapping for."""
    return frozenset(path.stem for path in (workspace.mappings / source).glob("*.sql"))


def today(workspace: Workspace) -> date:
    """The day it is at the company."""
    return datetime.now(ZoneInfo(workspace.rules.timezone)).date()


def as_json(system: IndicatorSystem, catalogue: Catalogue) -> dict[str, Any]:
    """Plain values, for ``--format json``."""
    indicators = [
        i.__dict__ | {"name": cataloguing.name(i.kpi, catalogue), "review_by": i.review_by and str(i.review_by)}
        for i in system.indicators
    ]
    return {"objectives": [dict(o.__dict__) for o in system.objectives], "indicators": indicators}
