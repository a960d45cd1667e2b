"""The groups of buyers, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crmeter.analysis import buyers as analysis
from crmeter.analysis.buyers import MEASURES, Buyers
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.metrics.dimensions import parse_filters


def buyers(workspace: Workspace, where: Sequence[str] = ()) -> tuple[dict[str, Any], Buyers]:
    """How many are in each group, what they have brought, the cuts, and who moved since the same day a year before;
    and the buyers themselves. UserError where nobody has ordered."""
    filters = parse_filters(where)
    with believed(workspace) as warehouse:
        found = analysis.buyers(warehouse, workspace.rules, filters)
        load = warehouse.load
    if not found.buyers:
        raise UserError.of(
            t("Nobody here has ordered anything yet."),
            t("Groups of buyers need orders that do not only invoice a contract."),
            t("Load orders, or loosen the filter."),
        )
    every, revenue = len(found.buyers), sum(b.revenue_so_far for b in found.buyers)
    told = {
        "as_of": str(found.day),
        "before": found.day_before and str(found.day_before),
        "load": load.number,
        "currency": workspace.rules.currency,
        "where": [str(f) for f in filters],
        "buyers": every,
        "revenue_so_far": revenue,
        "groups": [
            {
                **vars(group),
                "share": group.buyers / every,
                "revenue_share": group.revenue / revenue if revenue else None,
            }
            for group in found.groups()
        ],
        "cuts": [vars(cut) for cut in found.cuts()],
        "moves": [
            {"before": then, "now": now, "buyers": count}
            for (then, now), count in sorted(found.moves().items(), key=lambda m: (m[0][0] or "", m[0][1]))
        ]
        if found.day_before
        else None,
        "other_currency": found.unpriced,
    }
    return told, found


def rows(found: Buyers) -> Iterator[dict[str, Any]]:
    """One row for each buyer, for a file: everything that the group follows from."""
    for buyer in found.buyers:
        yield {
            "customer_id": buyer.customer_id,
            **{measure: getattr(buyer, measure) for measure in MEASURES},
            **{f"{measure}_points": points for measure, points in zip(MEASURES, buyer.points, strict=True)},
            "group": buyer.group,
            "group_a_year_before": found.before.get(buyer.customer_id),
        }
