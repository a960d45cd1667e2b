"""What a verification found, in words: the verdict, its reasons, and what to know of the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers

Plain = Mapping[str, Any]


def verdict(code: str) -> str:
    """improved, worse, no detectable change or cannot tell."""
    return {
        "improved": t("improved"),
        "worse": t("worse"),
        "no_detectable_change": t("no detectable change"),
        "cannot_tell": t("cannot tell"),
    }[code]


def method(code: str) -> str:
    """What a method is called."""
    return {
        "trial": t("A/B test"),
        "difference_in_differences": t("difference in differences"),
        "synthetic_control": t("synthetic control"),
        "synthetic_difference_in_differences": t("synthetic difference in differences"),
        "interrupted_series": t("interrupted series"),
        "matched_customers": t("matched customers"),
    }[code]


def reason(code: str) -> str:
    """Why nobody can tell, as a sentence."""
    return {
        "too_few_periods": t("There are too few periods before the start to learn from."),
        "too_few_units": t("There are too few units to compare with."),
        "pre_trend": t("The target group had been parting from the comparison before the start."),
        "bad_pre_fit": t("No mixture of the others runs like the target group did before the start."),
        "placebo_in_time": t("The method also finds an effect at an earlier time, when nothing was done."),
        "sample_ratio_mismatch": t("The arms are not as large as planned: more than lots decided who is in them."),
        "unbalanced": t("The customers compared are not alike, not even after matching."),
        "no_overlap": t("Too many of those treated have nobody like them among the others."),
        "no_variation": t("The numbers do not vary, so chance cannot be told."),
        "window_not_over": t("The window after the start is not over."),
        "comparison_touched": t("Too many of the comparison group were treated too."),
        "interval_too_wide": t("The data allow both no effect and one that matters."),
        "no_interval": t("The data do not say how uncertain the number is."),
    }[code]


def caution(code: str) -> str:
    """What to know of a number that stands, as a sentence."""
    return {
        "few_units": t("Few units were treated: how much they vary is taken from the others."),
        "few_placebos": t("There are few placebos to hold the number against."),
        "pre_trend_unknown": t("Too few periods to see whether the groups had been parting before."),
        "season_unseen": t("Less than two years lie before the start: seasons can pass for effects."),
        "persistent_noise": t("The series wanders: the longer after the start, the less is known."),
        "unmatched_left_out": t("Those treated who have nobody like them are left out."),
        "arms_differed_before": t("The arms differed before the start already."),
        "not_by_lot": t("Lots did not decide who was treated: what nobody measured may explain the difference."),
        "smaller_than_wanted": t("The effect is smaller than the least that matters."),
        "may_be_smaller_than_wanted": t("The effect may be smaller than the least that matters."),
    }[code]


def per(unit: str) -> str:
    """What an effect is counted on."""
    return {
        "customers": t("per customer"),
        "groups": t("per group and period"),
        "series": t("per period"),
    }[unit]


def headline(found: Plain, name: str) -> str:
    """The finding in one sentence; ``name`` is the KPI's."""
    effect, code = found["effect"], found["verdict"]
    if effect["estimate"] is None or effect["low"] is None:
        return t("{kpi}: {verdict}", kpi=name, verdict=verdict(code))
    said = numbers.change(effect["estimate"], _unit(found), found["currency"])
    bounds = numbers.change_interval(effect["low"], effect["high"], _unit(found), found["currency"])
    return t("{kpi}: {verdict}, {change} ({bounds})", kpi=name, verdict=verdict(code), change=said, bounds=bounds)


def about(found: Plain) -> str:
    """By which method, for what, and why nobody can tell, where that is so."""
    share = numbers.share(found["effect"]["level"])
    name = method(found["effect"]["method"])
    counted = per(found["design"]["unit"])
    what = t("{method}: effect {per} with its {level} interval.", method=name, per=counted, level=share)
    return " ".join([what, *map(reason, found["reasons"])])


def remarks(found: Plain) -> list[str]:
    """Everything to know of the number, as sentences."""
    return [caution(code) for code in (*found["remarks"], *found["effect"]["warnings"])]


def _unit(found: Plain) -> str:
    """A count per customer or group is no whole number."""
    return "ratio" if found["unit"] == "count" else str(found["unit"])
