"""What customers are likely to buy next, beside what popularity alone says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words
from crmeter.reports.charts.compared import Row, compared
from crmeter.reports.charts.theme import Spec

MOST = 12  # groups shown, those named first; the table and JSON have all


def needs_chart(found: Mapping[str, Any]) -> Spec:
    """A bar of each item's chance to be the next purchase, with a mark of its popularity, for each group or for one
    customer; how often that held is the title."""
    if "customer" in found:
        groups = [(found["customer"]["customer_id"], found["customer"]["items"])]
    else:
        groups = [(_named(group), group["items"]) for group in found["next"][:MOST]]
    rows = [Row(each["item"], each["chance"], each["popular"], name) for name, items in groups for each in items]
    said = [t("Chances are of the next purchase, if there is one; they do not say whether or when.")]
    if "customer" not in found and len(found["next"]) > MOST:
        said.append(t("{count} groups more are in the table.", count=len(found["next"]) - MOST))
    return compared(_title(found), said, t("Chance"), t("By popularity alone"), rows)


def _named(group: Mapping[str, Any]) -> str:
    of = ", ".join(words.member(name, value) for name, value in group["by"].items()) or t("All customers")
    return t("{name} · {count}", name=of, count=numbers.count(group["customers"]))


def _title(found: Mapping[str, Any]) -> str:
    measured = found["accuracy"]
    rates = measured["hit_rates"] if measured else []
    if not rates:
        return t("Most popular next: how often that holds cannot be measured yet")
    model, popular = (numbers.amount(rates[0][key], "share") for key in ("model", "popular"))
    if found["recommended"] == "model":
        return t(
            "What customers bought before foretells the next purchase: right for {model}, popularity for {popular}",
            model=model,
            popular=popular,
        )
    return t("What customers bought before foretells no better than popularity, which is right for {popular}",
             popular=popular)  # fmt: skip
