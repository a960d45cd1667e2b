"""How salespeople do against their peers."""

from __future__ import annotations

from datetime import date
from typing import Any

from crmeter.analysis.salespeople import FEW, MEASURES, PEERS
from crmeter.analysis.salespeople import salespeople as compared
from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t


def salespeople(
    workspace: Workspace,
    *,
    period: str | None = None,
    start: date | None = None,
    end: date | None = None,
    team: str | None = None,
) -> dict[str, Any]:
    """The salesperson index of a period (the last full quarter if none is given) as plain values; ``team`` shows only
    that team. UserError where nothing is known of the period or the team."""
    with believed(workspace) as warehouse:
        whole = the_period(workspace.rules, warehouse.load.as_of, period, start, end)
        found = compared(warehouse, workspace.rules, whole) if whole.start < warehouse.load.as_of else []
        complete = whole.end <= warehouse.load.as_of
    if not found:
        raise UserError.of(
            t("Nobody has a deal decided or a quota in {period}.", period=workspace.rules.calendar.name(whole)),
            t("The index compares the owners of opportunities (opportunity.owner_id)."),
            t("Choose another period, or map the owner of opportunities and load again."),
        )
    teams = sorted({person.team for person in found if person.team is not None})
    shown = [person for person in found if team is None or person.team == team]
    if not shown:
        raise UserError.of(
            t("There is no team “{team}”.", team=team), next=t("Teams are {names}.", names=", ".join(teams) or "–")
        )
    return {
        "period": {"name": workspace.rules.calendar.name(whole), "start": str(whole.start), "end": str(whole.end)},
        "complete": complete,
        "currency": workspace.rules.currency,
        "measures": list(MEASURES),
        "peers_from": PEERS,
        "small_sample_below": FEW,
        "salespeople": [person.as_json() for person in shown],
    }
