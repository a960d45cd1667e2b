"""What a correlation says, in words: the finding, what it rests on, and what it does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, periods, words

Plain = Mapping[str, Any]
RHO = "score"  # a number with two digits


def title(found: Plain) -> str:
    """The finding, in a sentence: of the correlation with other things held alike, where there is one."""
    held = found.get("partial") or found["bare"]
    names = {"x": found["x"]["name"], "y": found["y"]["name"]}
    if held is None:
        return t("Too few to tell whether {y} goes with {x}", **names)
    if held["low"] <= 0 <= held["high"]:
        return t("No detectable relation of {y} to {x}", **names)
    if held["rho"] > 0:
        return t("Where {x} is higher, {y} is higher too", **names)
    return t("Where {x} is higher, {y} is lower", **names)


def subtitle(found: Plain) -> str:
    """What was compared: periods and numbers."""
    when = periods.said(found["period"]["name"])
    if found["lag"]:
        when = t("{x} in {period}, {y} in {later}", x=found["x"]["name"], y=found["y"]["name"], period=when,
                 later=periods.said(found["later"]["name"]))  # fmt: skip
    rho = rho_of(found.get("partial") or found["bare"])
    parts = [when, *([rho] if rho else []), t("n = {count}", count=numbers.count(found["n"]))]
    return t("; ").join(parts)


def rho_of(found: Plain | None) -> str:
    """ρ with its interval; empty where there is none."""
    if found is None:
        return ""
    return t(
        "ρ = {rho} (95% interval {interval})",
        rho=numbers.amount(found["rho"], RHO),
        interval=numbers.interval(found["low"], found["high"], RHO),
    )


def control(name: str) -> str:
    """What is held alike, in words."""
    return t("tenure") if name == "tenure" else words.dimension(name)


def controls(found: Plain) -> str:
    """All that is held alike."""
    return t(", ").join(control(name) for name in found["controls"])


def point(found: Plain) -> list[str]:
    """What one point of the first KPI goes with, as a range: per customer, and for all where it can be added."""
    made = found["point"]["adjusted"] or found["point"]["bare"]
    if made is None or not found["survey"]:
        return []
    unit, currency = found["y"]["unit"], found["currency"]
    said = {
        "x": found["x"]["name"],
        "y": found["y"]["name"],
        "range": numbers.change_interval(made["low"], made["high"], unit, currency),
        "value": numbers.change(made["value"], unit, currency),
    }
    lines = [t("One point of {x} goes with {range} of {y} per customer (best guess {value}).", **said)]
    if found["point"]["adjusted"] and found["point"]["bare"]:
        bare = found["point"]["bare"]
        lines.append(t("Without holding anything alike: {range}.",
                       range=numbers.change_interval(bare["low"], bare["high"], unit, currency)))  # fmt: skip
    if unit in ("money", "count") and found["customers"]:
        low, high = (made[key] * found["customers"] for key in ("low", "high"))
        lines.append(
            t("If that held for all {count} customers: {range} in {period}.",
              count=numbers.count(found["customers"]), period=periods.said(found["later"]["name"]),
              range=numbers.change_interval(low, high, unit, currency))
        )  # fmt: skip
    lines.append(t("This is how satisfied and less satisfied customers differ. Whether a point won would bring it, "
                   "only a trial can show."))  # fmt: skip
    return lines


def warnings(found: Plain) -> list[str]:
    """What always stands beside a correlation."""
    lines = []
    if found["level"] == "customer":
        held = (
            t("Held alike here: {controls}; nothing else.", controls=controls(found))
            if found["controls"]
            else t("Nothing is held alike here.")
        )
        lines.append(
            t("Going together is not causing: what makes customers content may also make them stay (their product, "
              "their team, how they came). {held}", held=held)
        )  # fmt: skip
        said = {"n": numbers.count(found["n"]), "all": numbers.count(found["customers"] or 0)}
        lines.append(
            t("Only the {n} of {all} customers with both values are in it; the silent may be unlike them: see "
              "“crmeter voice answers”.", **said)
            if found["survey"]
            else t("Only the {n} of {all} customers with both values are in it.", **said)
        )  # fmt: skip
    elif found["level"] == "segment":
        lines.append(t("Segments differ in much else: what goes together between segments need not go together "
                       "between their customers."))  # fmt: skip
    else:
        lines.append(t("Compared are the changes from period to period, since two KPIs that both grow go together "
                       "without a reason. Few periods say little."))  # fmt: skip
    if not found["lag"]:
        lines.append(t("Both are of the same period: which came first is not known. --lag 1 holds the first against "
                       "the period after."))  # fmt: skip
    return lines
