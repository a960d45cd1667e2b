"""The voice of customers: silent risk, and whether those who answer are like the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from crmeter.analysis.voice import answering as who_answers
from crmeter.analysis.voice.answering import SCORES, TENURE, TIER, WEIGHTED_BY, Group, Looked
from crmeter.analysis.voice.risk import DAYS, HEARD, STATES, silent_risk
from crmeter.app import cataloguing
from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kpis import CATALOGUE
from crmeter.kpis.customers.customers import customers_end
from crmeter.metrics import Request, measure
from crmeter.metrics.dimensions import DERIVED, attributes, resolve
from crmeter.model.tiers import HIGH, LOW, MEDIUM

TIERS = (HIGH, MEDIUM, LOW)
OF_PEOPLE = ("owner_id", "birth_year")  # not looked through unless they are named


def risk(workspace: Workspace, tier: str = HIGH) -> dict[str, Any]:
    """The customers of a tier by what was heard of them in the year to the data horizon, as plain values; UserError
    where no customer has a tier."""
    with believed(workspace) as warehouse:
        found = silent_risk(warehouse, workspace.rules, tier)
        end = warehouse.load.as_of
    if not found:
        raise UserError.of(
            t("No customer at {day} is in the tier “{tier}”.", day=end, tier=tier),
            t("Tiers go by the revenue of each customer so far, so orders are needed."),
            t("Load orders, or choose one of: {tiers}.", tiers=", ".join(TIERS)),
        )
    whole = math.fsum(c.revenue for c in found)
    states = []
    for state in STATES:
        own = [c for c in found if c.state == state]
        revenue = math.fsum(c.revenue for c in own)
        states.append({
            "state": state,
            "customers": len(own),
            "revenue": revenue,
            "share_of_revenue": revenue / whole if whole else None,
            "list": [{"customer_id": c.customer_id, "revenue": c.revenue} for c in own] if state != HEARD else [],
        })  # fmt: skip
    return {
        "tier": tier,
        "as_of": str(end),
        "days": DAYS,
        "currency": workspace.rules.currency,
        "customers": len(found),
        "revenue": whole,
        "states": states,
    }


def answers(
    workspace: Workspace,
    instrument: str,
    *,
    period: str | None = None,
    start: date | None = None,
    end: date | None = None,
    by: Sequence[str] = (),
) -> dict[str, Any]:
    """Who answered the surveys of an instrument in a period, as plain values; ``by`` names what is looked at and
    weighted by. UserError where nobody was asked."""
    rules = workspace.rules
    kpi = next(k for k in CATALOGUE if k.id == SCORES[instrument])
    with believed(workspace) as warehouse:
        whole = the_period(rules, warehouse.load.as_of, period, start, end)
        for name in by:
            if name != TENURE:
                resolve(name, customers_end, warehouse.tables)
        own = [a for a in attributes("customer", warehouse.tables) if a not in (*DERIVED, *OF_PEOPLE)]
        names = list(by) or [*(f"customer.{a}" for a in own), TIER, TENURE]
        found = who_answers.answering(warehouse, rules, instrument, whole, names, list(by) or list(WEIGHTED_BY), kpi)
        score = measure(warehouse, rules, Request([kpi], [whole])).value(kpi, whole)
    if not found.asked:
        raise UserError.of(
            t("Nobody was asked in {period} (survey_response.instrument = {instrument}).",
              period=rules.calendar.name(whole), instrument=instrument),
            t("Without invitations it is not known who did not answer."),
            t("Load invitations without an answer too, or choose another --instrument or --period."),
        )  # fmt: skip
    leaving = found.leaving and {
        side: {"customers": n, "lost": gone}
        for side, (n, gone) in zip(("answered", "silent"), found.leaving[:2], strict=True)
    } | {"difference": found.leaving[2] and asdict(found.leaving[2])}
    return {
        "instrument": instrument,
        "period": {"name": rules.calendar.name(whole), "start": str(whole.start), "end": str(whole.end)},
        "kpi": kpi.id,
        "name": cataloguing.name(kpi.id, workspace.catalogue),
        "unit": str(kpi.unit),
        "asked": found.asked,
        "answered": found.answered,
        "dimensions": [_looked(each) for each in found.looked],
        "leaving": leaving,
        "score": {
            "kpi": score.as_json(),
            "raw": found.raw and asdict(found.raw),
            "weighted": found.weighted and asdict(found.weighted),
            "weighted_by": list(found.weighted_by),
            "weighted_to": found.weighted_to,
        },
    }


def _looked(looked: Looked) -> dict[str, Any]:
    return {
        "dimension": looked.dimension,
        "p": looked.p,
        "q": looked.q,
        "groups": [_group(group) for group in looked.groups],
    }


def _group(group: Group) -> dict[str, Any]:
    low, high = group.interval or (None, None)
    rate = group.answered / group.asked if group.asked else None
    return {**asdict(group), "rate": rate, "low": low, "high": high}
