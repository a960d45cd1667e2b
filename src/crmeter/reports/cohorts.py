"""Cohorts in words: what stands out, and how to read the matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, periods

NAMED = 3  # cohorts that a text names; the data has all that stand out
IN_PROGRESS = "…"
Plain = Mapping[str, Any]


def title(found: Plain) -> str:
    """What the matrix shows, in a sentence: the cohort that stands out most, or that none does."""
    said = standouts(found)
    return said[0] if said else t("No cohort differs from the others beyond noise")


def standouts(found: Plain) -> list[str]:
    """The cohorts that stand out, the clearest first."""
    return [_standout(each, found) for each in found["standouts"][:NAMED]]


def _standout(each: Plain, found: Plain) -> str:
    told = {
        "cohort": periods.said(each["cohort"]),
        "value": cell(each["value"], found),
        "others": cell(each["others"], found),
        "when": after(each["age"], found["by"]),
    }
    less = each["change"] < 0
    match found["measure"]:
        case "retention" if less:
            return t("Customers of {cohort} leave sooner: {value} are customers {when}, of the others {others}", **told)
        case "retention":
            return t("Customers of {cohort} stay longer: {value} are customers {when}, of the others {others}", **told)
        case "revenue" if less:
            return t("Customers of {cohort} bring less: {value} each {when}, the others {others}", **told)
        case "revenue":
            return t("Customers of {cohort} bring more: {value} each {when}, the others {others}", **told)
        case _ if less:
            return t("Customers of {cohort} order less: {value} orders each {when}, the others {others}", **told)
        case _:
            return t("Customers of {cohort} order more: {value} orders each {when}, the others {others}", **told)


def after(age: int, by: str) -> str:
    """``after 3 months``: how long after the period of the cohort."""
    if age == 0:
        return {
            "month": t("at the end of their first month"),
            "quarter": t("at the end of their first quarter"),
            "year": t("at the end of their first year"),
        }[by]
    if age == 1:
        return {"month": t("a month later"), "quarter": t("a quarter later"), "year": t("a year later")}[by]
    return {
        "month": t("{count} months later", count=age),
        "quarter": t("{count} quarters later", count=age),
        "year": t("{count} years later", count=age),
    }[by]


def cell(value: float | None, found: Plain) -> str:
    """One value as the matrix writes it; empty where there is none."""
    if value is None:
        return ""
    if found["measure"] == "retention":
        return numbers.share(value)
    return numbers.amount(value, found["unit"], found["currency"])


def shown(each: Plain, per_period: bool) -> float | None:
    """The value of a cell, or with ``per_period`` that of its period alone where the measure has one."""
    value = each["period_value"] if per_period and each["period_value"] is not None else each["value"]
    return None if value is None else float(value)


def subtitle(found: Plain, per_period: bool) -> str:
    """What the cells hold."""
    match found["measure"], per_period:
        case "retention", _:
            return t("Share of each cohort who are customers at the end of the period")
        case "revenue", True:
            return t("Revenue in the period, per customer of the cohort")
        case "revenue", _:
            return t("Revenue so far, per customer of the cohort")
        case _, True:
            return t("Orders in the period, per customer of the cohort")
        case _:
            return t("Orders so far, per customer of the cohort")


def ages(by: str) -> str:
    """What the columns count."""
    return {
        "month": t("Months since the first"),
        "quarter": t("Quarters since the first"),
        "year": t("Years since the first"),
    }[by]


def notes(found: Plain) -> Sequence[str]:
    """How to read the matrix, and what to be careful of."""
    cohorts = found["cohorts"]
    said = [t("“All”: each step from one column to the next is that of the same cohorts, weighted by their customers.")]
    if any(c["may_be_older"] for c in cohorts):
        said.append(
            t(
                "° The data begins on {day}: some of these may have been customers before, in the first cohort most of "
                "all. They are not compared with the others.",
                day=found["history_start"],
            )
        )
    if any(c["status"] == "small_sample" for c in cohorts):
        said.append(t("* Fewer than {count} customers.", count=found["small_sample_below"]))
    if any(each["status"] == "in_progress" for c in cohorts for each in c["cells"]):
        said.append(t("{sign} The period is in progress.", sign=IN_PROGRESS))
    if found["measure"] == "retention" and found["history_start"]:
        said.append(
            t(
                "Who buys without a contract counts as a customer for {days} days after an order: such a loss shows "
                "that much later. Who comes back counts again.",
                days=found["inactivity_days"],
            )
        )
    if found["other_currency"]:
        said.append(
            t("{count} amounts without a known rate are left out.", count=numbers.count(found["other_currency"]))
        )
    tests = found["tests"]
    said.append(
        t(
            "{moved} of {looked} cells differ from the other cohorts beyond noise, corrected for looking at all of "
            "them.",
            moved=tests["beyond_noise"],
            looked=tests["looked_at"],
        )
    )
    return said
