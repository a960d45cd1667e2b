"""The indicator system as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmeter.cli import tables
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.alignment import Shown
    from crmeter.app.cataloguing import Catalogue
    from crmeter.app.objectives import Lack
    from crmeter.evaluation.indicators import Indicator, IndicatorSystem
    from crmeter.evaluation.indicators.goals import Goal


def system(found: IndicatorSystem, catalogue: Catalogue) -> str:
    """Each objective with its KPIs; drafts and KPIs that serve nothing stand last."""
    if not found.objectives and not found.indicators:
        return t("No objective yet. Begin with: crmeter objective wizard")
    parts = []
    for objective in found.objectives:
        heading = f"{objective.name}  [{objective.id}]"
        owner = t("Owner: {name}", name=objective.owner) if objective.owner else ""
        own = found.of(objective.id)
        said = _indicators(own, catalogue) if own else t("No KPI is chosen for it yet.")
        parts.append("\n".join(part for part in (heading, owner, said) if part))
    drafts = [i for i in found.indicators if not i.active or not i.objectives]
    if drafts:
        parts.append(f"{t('Drafts')}\n{_indicators(drafts, catalogue)}")
    return "\n\n".join(parts)


def _indicators(chosen: Sequence[Indicator], catalogue: Catalogue) -> str:
    from crmeter.app import cataloguing
    from crmeter.reports import words

    rows = [
        [
            cataloguing.name(i.kpi, catalogue),
            i.kpi,
            i.owner or "–",
            i.decision or "–",
            t("every {period}, against {bases}", period=words.grain(i.every),
              bases=" / ".join(_against(base) for base in i.against)),
            t(", ").join(i.sources) or "–",
            str(i.review_by or "–"),
        ]
        for i in chosen
    ]  # fmt: skip
    headings = [t("KPI"), t("ID"), t("Owner"), t("Decision"), t("Evaluation"), t("Data source"), t("Review by")]
    return tables.table(headings, rows)


def _against(base: str) -> str:
    return {"previous": t("the period before"), "year": t("last year"), "target": t("the target")}.get(base, base)


def goals(found: Sequence[Goal]) -> str:
    """The goals to begin from with their KPIs."""
    from crmeter.app import cataloguing

    parts = []
    for goal in found:
        kpis = tables.table([t("KPI"), t("ID")], [[cataloguing.name(kpi), kpi] for kpi in goal.kpis])
        parts.append(f"{goal.name}  [{goal.id}]\n{goal.why}\n{kpis}")
    return "\n\n".join(parts)


def lacks(found: Sequence[Lack]) -> str:
    """What is lacking, errors first."""
    if not found:
        return t("The indicator system lacks nothing.")
    kinds = {"error": t("error"), "warning": t("warning")}
    return "\n".join(t("{severity}: {text}", severity=kinds[lack.severity], text=lack.text) for lack in found)


def shown(found: Sequence[Shown], team: str | None, calendar: Calendar, catalogue: Catalogue) -> str:
    """The values of each objective's KPIs, those of the team beside those of the company."""
    from crmeter.app import cataloguing
    from crmeter.reports import periods
    from crmeter.reports.reading import measured

    parts = [periods.said(tables.period_name(each.company, calendar)) for each in found if each.company][:1]
    for objective in dict.fromkeys(each.objective for each in found):
        rows = []
        for each in (each for each in found if each.objective is objective):
            values = [each.company, each.team] if team else [each.company]
            said = [measured(v, v["unit"], v["currency"]) if v else None for v in values]
            cells = [part for one in said for part in ((one.text, one.interval) if one else ("–", ""))]
            notes = [t("not told by team")] if team and each.company and each.team is None else []
            if each.company is None:
                notes.append(t("has no value of its own: see “crmeter kpi {id}”", id=each.indicator.kpi))
            notes += [*said[-1].marks, said[-1].reason] if said[-1] else []
            name = cataloguing.name(each.indicator.kpi, catalogue)
            rows.append([name, *cells, each.indicator.owner or "–", "; ".join(filter(None, notes))])
        sides = [t("Company"), team] if team else [t("Value")]
        headings = [t("KPI"), *(h for side in sides for h in (side or "", t("95% interval"))), t("Owner"), t("Note")]
        parts.append(f"{objective.name}\n" + tables.table(headings, rows, numbers=range(1, 1 + 2 * len(sides))))
    return "\n\n".join(parts)
