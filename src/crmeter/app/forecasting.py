"""What is expected of a KPI in the periods to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmeter.analysis.forecast.changes import events_of
from crmeter.analysis.forecast.history import GRAINS, history, measured, periods_known
from crmeter.analysis.forecast.outlook import outlook
from crmeter.app import cataloguing
from crmeter.app.ingesting import silent
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.ingest.landing import Progress
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain
from crmeter.metrics.definitions import definition
from crmeter.metrics.dimensions import parse_filters
from crmeter.stats.forecasts.forecast import models
from crmeter.stats.forecasts.library_models import are_there

DEFAULT_PERIODS = {Grain.WEEK: 8, Grain.MONTH: 6, Grain.QUARTER: 4}
MOST_GROUPS = 12


def forecast(
    workspace: Workspace,
    id: str,
    *,
    periods: int | None = None,
    grain: Grain = Grain.MONTH,
    where: Sequence[str] = (),
    by: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """The forecast of a KPI as plain values, with ``by`` one of each group (the largest MOST_GROUPS).

    UserError where nothing can be forecast at all: too short a history, or values that never change.
    """
    (kpi,) = workspace.catalogue.chosen([id])
    ahead = periods or DEFAULT_PERIODS[grain]
    _ensure_sensible(ahead, grain)
    rules, using = workspace.rules, models()
    names = tuple(dict.fromkeys((*kpi.always_by, *([by] if by else []))))
    with believed(workspace) as warehouse:
        known = periods_known(rules.calendar, warehouse.load.as_of, grain)
        found = measured(warehouse, rules, [kpi], known, names=names, filters=parse_filters(where))
        groups = sorted(
            found.groups(kpi, known[-1], names), key=lambda group: -(found.value(kpi, known[-1], names, group).n or 0.0)
        )
        events = events_of(warehouse)
        series = []
        for place, group in enumerate(groups[:MOST_GROUPS] if names else [()]):
            past = history(found, kpi, known, rules, ahead, names, group)
            progress(t("Trying models on the past"), place / max(len(groups), 1))
            if past is not None:
                series.append(outlook(past, rules.calendar, ahead, using, events))
        load, as_of = warehouse.load.number, warehouse.load.as_of
    if not any(each["forecast"] for each in series):
        raise UserError(_refusal(series[0]["refused"] if series else {"why": "no_data"}, grain))
    return {
        "kpi": kpi.id,
        "name": cataloguing.name(kpi.id, workspace.catalogue),
        "unit": str(kpi.unit),
        "currency": rules.currency if kpi.unit == "money" else None,
        "grain": str(grain),
        "where": list(where),
        "as_of": as_of.isoformat(),
        "in_progress": _in_progress(rules.calendar, known[-1].end, as_of, grain),
        "library": are_there(),
        "groups_left_out": max(0, len(groups) - MOST_GROUPS) if names else 0,
        "series": series,
        "load": load,
        "definition": definition(kpi),
    }


def _ensure_sensible(ahead: int, grain: Grain) -> None:
    if not 1 <= ahead <= 2 * GRAINS[grain]:
        raise UserError.of(
            t("{count} periods cannot be forecast.", count=ahead),
            t("Further than two years ahead the past says nothing."),
            t("Give --periods from 1 to {most}.", most=2 * GRAINS[grain]),
        )


def _in_progress(calendar: Calendar, known_until: Any, as_of: Any, grain: Grain) -> bool:
    """Whether a period has begun that is no observation yet."""
    return bool(as_of > known_until)


def _refusal(refused: dict[str, Any], grain: Grain) -> Problem:
    """Why nothing is forecast, as a message."""
    if refused["why"] == "constant":
        return Problem(
            t("Its value has not changed in any of the last periods."),
            t("From that nothing can be learnt about how it will."),
        )
    if refused["why"] == "no_data":
        return Problem(t("It has no value in any period that is over."), next=t("“crmeter kpi” says why."))
    return Problem(
        t("The history is too short for this forecast: it needs {needed} periods with a value, there are {known}.",
          needed=refused["needed"], known=refused["known"]),
        t("Each model must first be tried on the past."),
        t("Forecast fewer periods, or a shorter grain: --grain week.")
        if grain is not Grain.WEEK else t("Forecast fewer periods, or load older data."),
    )  # fmt: skip
