"""Findings as plain sentences with their numbers; they are the titles of the charts too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words
from crmeter.reports.reading import Line

# what an attribute of a company may hold though it is none of its groups: a mail address, a mobile number
_PERSONAL = re.compile(
    r"[^\s@]+@[^\s@]+\.[a-zA-Z]{2,}|(?<!\d)(?:\+?886-?|0)9\d{2}-?\d{3}-?\d{3}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)"
)


def movement(line: Line, comparison: str, base: str) -> str:
    """What one KPI did against one base: “Churn rose to 6.2%, up 2.1 pp from the quarter before”.

    ``base`` is what it is compared with, in words: Reading.base_words.
    """
    name, now = line.card.name, line.now.text
    if not line.now.defined:
        return t("{name} is undefined: {reason}", name=name, reason=line.now.reason)
    found = line.raw.get(comparison)
    if not found or found.get("change") is None:
        return t("{name} is {now}", name=name, now=now)
    if comparison == "target":
        return _against_target(line, found)
    if found["verdict"] in ("no_change", "unknown") or found["change"] == 0:
        return t("{name} is {now}, no detectable change from {base}", name=name, now=now, base=base)
    by = _by(line, found)
    if found["change"] > 0:
        return t("{name} rose to {now}, up {change} from {base}", name=name, now=now, change=by, base=base)
    return t("{name} fell to {now}, down {change} from {base}", name=name, now=now, change=by, base=base)


def _by(line: Line, found: Mapping[str, Any]) -> str:
    by = numbers.size(found["change"], line.unit, line.currency)
    relative = numbers.relative(found.get("relative")) if line.unit in ("money", "count") else ""
    return t("{change} ({relative})", change=by, relative=relative) if relative else by


def _against_target(line: Line, found: Mapping[str, Any]) -> str:
    target = numbers.amount(found["target"], line.unit, line.currency)
    by = numbers.size(found["change"], line.unit, line.currency)
    values = {"name": line.card.name, "now": line.now.text, "target": target, "change": by}
    if found["change"] == 0:
        return t("{name} is {now}, on its target", **values)
    if found["change"] > 0:
        return t("{name} is {now}, {change} above its target of {target}", **values)
    return t("{name} is {now}, {change} below its target of {target}", **values)


def certainty(line: Line, found: Mapping[str, Any]) -> str:
    """The interval of the change and how likely noise alone would make it."""
    parts = []
    interval = numbers.change_interval(found.get("low"), found.get("high"), line.unit, line.currency)
    if interval:
        parts.append(t("95% interval of the change: {interval}", interval=interval))
    if found.get("p") is not None:
        parts.append(numbers.p_value(found["p"]))
    return t("; ").join(parts)


def label(by: Mapping[str, str | None]) -> str:
    """A segment: “South”, or “South, web” for two dimensions. An address or number of a person is not told."""
    said = (words.member(dimension, value) for dimension, value in by.items())
    return t(", ").join(t("(personal, not shown)") if _PERSONAL.search(each) else each for each in said)


def dimensions(by: Mapping[str, str | None]) -> str:
    """What a segment is a segment of."""
    return t(", ").join(words.dimension(dimension) for dimension in by)


def foremost(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The segment that moved most of those that have a value before and now."""
    return next((p for p in parts if p["before"]["value"] is not None and p["now"]["value"] is not None), None)


def segment(line: Line, found: Mapping[str, Any]) -> str:
    """Where a finding comes from: the segment that moved most."""
    values = {
        "dimension": dimensions(found["by"]),
        "member": label(found["by"]),
        "before": numbers.amount(found["before"]["value"], line.unit, line.currency),
        "now": numbers.amount(found["now"]["value"], line.unit, line.currency),
    }
    share = found.get("share_of_change")
    if share is None or share <= 0:
        return t("It moved most in “{member}” ({dimension}): from {before} to {now}.", **values)
    if share > 1:
        return t("“{member}” ({dimension}) alone makes more than the whole change: from {before} to {now}.", **values)
    values["share"] = numbers.share(share)
    return t("“{member}” ({dimension}) makes {share} of the change: from {before} to {now}.", **values)
