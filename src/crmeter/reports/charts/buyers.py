"""Groups of buyers: what each brings beside how many it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, periods, words
from crmeter.reports.charts.compared import Row, compared
from crmeter.reports.charts.theme import Spec


def buyers_chart(found: Mapping[str, Any]) -> Spec:
    """A bar of each group's share of revenue, with a mark of its share of buyers; the widest apart is the title."""
    groups = [group for group in found["groups"] if group["buyers"]]
    rows = [
        Row(_named(group), group["revenue_share"] or 0.0, group["share"])
        for group in sorted(groups, key=lambda group: -(group["revenue_share"] or 0.0))
    ]
    said = t("{count} buyers, all they have bought before {day}", count=numbers.count(found["buyers"]),
             day=periods.said(found["as_of"]))  # fmt: skip
    return compared(_title(groups), [said], t("Share of revenue"), t("Share of buyers"), rows)


def _named(group: Mapping[str, Any]) -> str:
    return t("{name} · {count}", name=words.member("rfm", group["group"]), count=numbers.count(group["buyers"]))


def _title(groups: list[Mapping[str, Any]]) -> str:
    apart = [group for group in groups if group["revenue_share"] is not None]
    if not apart:
        return t("Buyers by group")
    most = max(apart, key=lambda group: group["revenue_share"] - group["share"])
    return t(
        "{group}: {share} of buyers bring {revenue} of revenue",
        group=words.member("rfm", most["group"]),
        share=numbers.amount(most["share"], "share"),
        revenue=numbers.amount(most["revenue_share"], "share"),
    )
