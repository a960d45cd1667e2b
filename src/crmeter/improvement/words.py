"""Why a method is not taken, and what a plan departed from, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t

PASSED = frozenset(
    {
        "not_split", "not_by_customer", "nobody_enrolled", "no_groups", "too_few_groups", "too_short",
        "history_too_short", "false_alarms", "not_possible",
    }
)  # fmt: skip


def passed_over(code: str, said: str = "") -> str:
    """Why a method was not taken, as a sentence."""
    return {
        "not_split": t("An A/B test needs customers who are left alone, and this plan leaves nobody out (split)."),
        "not_by_customer": t("An A/B test compares customers, and this KPI cannot be taken apart by customer."),
        "nobody_enrolled": t("In the past there was nobody for whom lots could be drawn in such a window."),
        "no_groups": t("A comparison of groups needs an attribute and the values that are treated (group)."),
        "too_few_groups": t("There are too few other groups to compare with."),
        "too_short": t("No whole week lies between start and end."),
        "history_too_short": t("There are no data from before the start to learn from."),
        "false_alarms": t("A method found effects where nothing was done, in {share} of the tries.", share=said),
        "not_possible": said,
    }[code]


def cannot_verify(reasons: Sequence[tuple[str, str]]) -> Problem:
    """That no method can be used, and what stands against each."""
    return Problem(
        t("No method can verify this plan."),
        "\n".join(dict.fromkeys(passed_over(code, said) for code, said in reasons)),
        t("Let lots decide (split), name groups to compare with, choose another KPI, or a longer time."),
    )


def deviation(told: Mapping[str, Any]) -> str:
    """What departed from the registration, as a sentence."""
    return _DEVIATIONS[told["code"]](told)


_DEVIATIONS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "started": lambda d: t("It started on {day}, not on {planned}.", day=d["day"], planned=d["planned"]),
    "not_started": lambda d: t("Nobody said that it had started."),
    "step_not_done": lambda d: t("Step {number} was not done: {what}.", number=d["number"], what=d["what"]),
    "step_late": lambda d: t(
        "Step {number} was done on {day}, due on {due}: {what}.",
        number=d["number"], day=d["day"], due=d["due"], what=d["what"],
    ),
    "comparison_touched": lambda d: t("{count} of those compared with were treated too.", count=d["count"]),
    "definition": lambda d: t("The definition of {kpi} has changed since.", kpi=d["kpi"]),
    "settings": lambda d: t("These settings have changed since: {names}.", names=", ".join(d["names"])),
    "past": lambda d: t(
        "The data of the time before have changed since: {kpi} was {then} and is {now}.",
        kpi=d["kpi"], then=d["then"], now=d["now"],
    ),
    "other_plan": lambda d: t("Plan {plan} worked on the same at the same time.", plan=d["plan"]),
}  # fmt: skip
