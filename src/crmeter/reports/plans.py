"""Plans in words: what one says, how it will be verified, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from crmeter.improvement.states import State, state_word
from crmeter.improvement.words import deviation, passed_over
from crmeter.kernel.messages import t
from crmeter.reports import effects, numbers, periods

Plain = Mapping[str, Any]


def state(code: str) -> str:
    """Where a plan stands."""
    return state_word(State(code))


def kind(code: str | None) -> str:
    """What a plan changes; also as advice calls it."""
    return {
        None: "–",
        "marketing_strategy": t("marketing strategy"),
        "marketing": t("marketing strategy"),
        "service_process": t("service process"),
        "service": t("service process"),
        "sales_process": t("sales process"),
        "crm_setting": t("CRM setting"),
    }[code]


def days(start: str | None, end: str | None) -> str:
    """From its first day to its last."""
    if not start or not end:
        return "–"
    return periods.span(date.fromisoformat(start), date.fromisoformat(end))


def action(event: Plain) -> str:
    """One entry of a plan's history."""
    return _ACTIONS[event["action"]](event["details"])


_ACTIONS: Mapping[str, Callable[[Plain], str]] = {
    "drafted": lambda told: t("drafted"),
    "edited": lambda told: t("changed: {names}", names=", ".join(told["changed"]) or "–"),
    "registered": lambda told: t("registered, seal {seal}", seal=told["checksum"][:12]),
    "started": lambda told: t("started on {day}", day=told["on"]),
    "step": lambda told: _step(told),
    "comment": lambda told: str(told["text"]),
    "monitored": lambda told: t("{kpi} got worse: week of {weeks}", kpi=told["kpi"], weeks=", ".join(told["weeks"])),
    "verified": lambda told: t(
        "verified as {id}: {verdict}", id=told["verification"], verdict=effects.verdict(told["verdict"])
    ),
    "closed": lambda told: t("closed: {note}", note=told["note"] or "–"),
    "cancelled": lambda told: t("cancelled: {reason}", reason=told["reason"] or "–"),
}


def _step(told: Plain) -> str:
    done = t("step {number} done on {day}", number=told["number"], day=told["on"])
    open_ = t("step {number} not done yet", number=told["number"])
    return (done if told["done"] else open_) + (f": {told['note']}" if told["note"] else "")


def design(told: Plain, unit: str, currency: str | None) -> list[str]:
    """How a plan will be verified, why so, and what that can show, as sentences."""
    made, found = told["design"], told["detection"]
    until = date.fromisoformat(made["after"]["end"]) - timedelta(days=1)
    said = [
        t("Verified by: {method}, on what happens from {start} to {end}.",
          method=effects.method(made["method"]), start=made["after"]["start"], end=until),
        *_who(told["id"], made),
        *(passed_over(each["reason"], each["said"]) for each in told["passed"]),
        *_can_show(made, found, unit, currency),
    ]  # fmt: skip
    return list(dict.fromkeys(said))


def _who(id: str, made: Plain) -> list[str]:
    if made["lots"]:
        share = numbers.share(made["planned_share"])
        new = made["enrolled"] == "new"
        return [
            t("Lots treat {share} of the customers who come in that time.", share=share)
            if new
            else t("Lots treat {share} of the customers there are at the start.", share=share),
            t("Who is treated: crmeter plan lots {id}", id=id),
        ]
    if made["by"]:
        return [t("Treated: {names}.", names=", ".join(made["target"]))]
    return []


def _can_show(made: Plain, found: Plain, unit: str, currency: str | None) -> list[str]:
    smallest, of = found["detectable"]["effect"], "ratio" if unit == "count" else unit
    if smallest is None:
        return [t("The history is too short to say which effect this can show.")]
    said = [
        t("The smallest effect that is found with a chance of {power}: {effect} {per}.",
          power=numbers.share(found["detectable"]["power"]), effect=numbers.size(smallest, of, currency),
          per=effects.per(made["unit"])),
    ]  # fmt: skip
    if not found["enough"]:
        least = numbers.size(made["minimum_effect"], of, currency)
        said.append(
            t("The plan is too small to show the {least} that matter: the verdict may be “cannot tell”.", least=least)
        )
        if found["customers_needed"]:
            said.append(t("That would take {count} customers.", count=numbers.count(found["customers_needed"])))
        if found["periods_needed"]:
            said.append(t("That would take {count} periods after the start.", count=found["periods_needed"]))
    return said


def verdict(verification: Plain, name: str) -> list[str]:
    """What came of a plan, as sentences: the finding, why nobody can tell, its money, what departed."""
    result = verification["result"]
    return [
        effects.headline(result, name),
        effects.about(result),
        *effects.remarks(result),
        *objective(verification["objective"], result),
        *money(verification["money"]),
        *deviations(verification["deviations"], name, result),
    ]


def objective(told: Plain | None, result: Plain) -> list[str]:
    """Whether the plan's target was reached: another question than whether the plan did it."""
    if told is None or told["met"] is None:
        return []
    value, target = (numbers.amount(told[key], result["unit"], result["currency"]) for key in ("value", "target"))
    if told["met"]:
        return [t("Its target was reached: {value}, wanted were {target}.", value=value, target=target)]
    return [t("Its target was not reached: {value}, wanted were {target}.", value=value, target=target)]


def money(told: Plain) -> list[str]:
    """What the effect is worth, or why that cannot be said."""
    if told["reason"] is not None:
        return [_no_money(told["reason"])]
    said = numbers.amount(told["amount"], "money", told["currency"])
    bounds = numbers.interval(told["low"], told["high"], "money", told["currency"])
    margin = numbers.share(told["margin"])
    worth = t(
        "Worth {amount} of gross profit in its window ({bounds}): the effect on revenue times a margin of {margin}.",
        amount=said, bounds=bounds, margin=margin,
    )  # fmt: skip
    doubt = [] if told["beyond_noise"] else [t("It may as well be nothing, so the ledger does not count it.")]
    return [worth, *doubt]


def _no_money(code: str) -> str:
    return {
        "no_effect": t("What it is worth cannot be said: there is no effect that holds."),
        "not_of_this_kpi": t("What it is worth cannot be said: one series of this KPI says nothing of the revenue."),
        "revenue_unknown": t("What it is worth cannot be said: the revenue does not allow the same comparison."),
        "no_margin": t("What it is worth cannot be said: no margin is known. Set gross_margin in crmeter.toml."),
    }[code]


def deviations(told: Sequence[Plain], name: str, result: Plain) -> list[str]:
    """What departed from the registration; ``name`` is that of the plan's KPI."""
    if not told:
        return [t("Nothing departed from what was registered.")]
    return [t("Departed from what was registered:"), *(f"  {deviation(_said(each, name, result))}" for each in told)]


def _said(told: Plain, name: str, result: Plain) -> Plain:
    """A deviation with its values as they are read."""
    if told["code"] != "past":
        return told
    unit, currency = result["unit"], result["currency"]
    values = {key: numbers.amount(told[key], unit, currency, decimals=2) for key in ("then", "now")}
    return {**told, "kpi": name, **values}
