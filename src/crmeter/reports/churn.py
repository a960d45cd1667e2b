"""Leaving in words: sentences of what was found, names of features, and what a reader must know beside the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words

Plain = Mapping[str, Any]
NAMED = 3
FEW_AT_RISK = 30  # of a month of tenure, below which it is not shown


def relationship(code: str) -> str:
    """Customers by how their relationship began."""
    return {"contract": t("with a contract"), "purchase": t("without a contract")}.get(code, code)


def group(dimension: str, each: Plain | None) -> str:
    """A member of a dimension, or the rare ones together."""
    if each is None:
        return t("All")
    if each["merged"]:
        return t("others ({count})", count=each["merged"])
    return words.member(dimension, each["member"])


def named(dimension: str, each: Plain) -> str:
    """``channel = 團購``: a dimension and its member."""
    return f"{words.dimension(dimension)} = {group(dimension, each)}"


def months(value: float | None) -> str:
    """``14.3``; a sign where it lies beyond the data."""
    return "–" if value is None else numbers.amount(value, "count", decimals=1)


def share(value: float | None) -> str:
    return "–" if value is None else numbers.amount(value, "share")


def interval(low: float | None, high: float | None) -> str:
    return numbers.interval(low, high, "share") or "–"


def times(value: float) -> str:
    """``3.97 times``: a hazard ratio."""
    return t("{ratio} times", ratio=numbers.amount(value, "count", decimals=2))


def median(each: Plain) -> str:
    """The median, open where fewer than half have left: ``53 (49 to …)``."""
    if each["median_months"] is None:
        return t("longer than known")
    bounds = [months(each[name]) if each[name] is not None else "…" for name in ("median_low", "median_high")]
    return t("{value} ({low} to {high})", value=months(each["median_months"]), low=bounds[0], high=bounds[1])


def retention(each: Plain) -> str:
    """``84.6% (83.1% to 86.0%)``, or why there is none."""
    if each["reason"]:
        return {"within_inactivity": t("not seen by then"), "not_seen_yet": t("not known yet")}[each["reason"]]
    return share(each["value"]) + (f" ({interval(each['low'], each['high'])})" if each["low"] is not None else "")


def survival_title(found: Plain) -> str:
    """The dimension that tells customers apart most, or the share that stays for a year."""
    beyond = [each for each in found["compared"] if each["beyond_noise"]]
    if beyond:
        return t(
            "How long customers stay differs most by {dimension}", dimension=words.dimension(beyond[0]["dimension"])
        )
    if found["compared"]:
        return t("No attribute tells beyond noise who stays longer")
    return t("How long customers stay")


def leaving_sentences(found: Plain) -> list[str]:
    """Who leaves more often than others, beyond noise, those of the most losses first."""
    return [_leaving(each) for each in found["leaving"] if each["beyond_noise"] and each["lost"] > each["expected"]]


def _leaving(each: Plain) -> str:
    who, lost = named(each["dimension"], each["group"]), numbers.count(each["lost"])
    expected = numbers.count(each["expected"])
    if each["ratio"] is None:
        return t("{who}: {lost} were lost, where {expected} were to be expected", who=who, lost=lost, expected=expected)
    return t(
        "{who}: lost {times} as often as others of the same tenure ({lost}, where {expected} were to be expected)",
        who=who,
        times=times(each["ratio"]),
        lost=lost,
        expected=expected,
    )


def stage_sentence(each: Plain) -> str:
    """The month in which most leave."""
    peak = each["peak"]
    if peak is None:
        return t(
            "Customers {relationship}: nobody is known to have left", relationship=relationship(each["relationship"])
        )
    return t(
        "Customers {relationship} leave most in month {month}: {share} of those who begin it ({interval})",
        relationship=relationship(each["relationship"]), month=peak["month"], share=share(peak["value"]),
        interval=interval(peak["low"], peak["high"]),
    )  # fmt: skip


def condition(code: str) -> str:
    """What had happened."""
    return {
        "complaint": t("a complaint"),
        "incident": t("an incident"),
        "slow_answer": t("a slow first response, against quicker ones"),
        "low_score": t("a low score, against better ones"),
    }.get(code, code)


def score_title(each: Plain) -> str:
    """How far a score is to be believed, in a sentence."""
    who = relationship(each["relationship"])
    trial = each["trial"]
    if trial is None:
        return t("Customers {relationship}: too few were lost or kept to learn from", relationship=who)
    if not trial["helps"]:
        return t(
            "Customers {relationship}: the score tells no more than the share that is lost anyway", relationship=who
        )
    first = trial["deciles"][0]
    return t("Customers {relationship}: the tenth with the highest scores was lost {lift} as often as all",
             relationship=who, lift=times(first["lift"]))  # fmt: skip


def feature(code: str) -> str:
    """The words of a feature of the score."""
    return {
        "tenure_months": t("months as a customer"),
        "contracts": t("contracts so far"),
        "monthly_amount": t("monthly amount"),
        "orders_year": t("orders in the last year"),
        "amount_year": t("amount of orders in the last year"),
        "refunds_year": t("refunds in the last year"),
        "days_since_last_order": t("days since the last order"),
        "cases_half_year": t("cases in the last half year"),
        "complaints_half_year": t("complaints in the last half year"),
        "incidents_half_year": t("incidents in the last half year"),
        "slow_answers_half_year": t("slow first responses in the last half year"),
        "satisfaction_last": t("last satisfaction score (0 to 100)"),
        "recommendation_last": t("last recommendation score (0 to 100)"),
        "plan": t("plan"),
    }.get(code) or words.dimension(code)


def reason(each: Plain) -> str:
    """``↑ days since the last order 309 (average 167)``: what a feature does to the chance, and by which value."""
    sign = "↑" if each["adds"] > 0 else "↓"
    name, value = feature(each["feature"]), each["value"]
    if each["average"] is not None:
        known = t("none") if value is None else _plain(value)
        return t("{sign} {feature}: {value} (average {average})", sign=sign, feature=name, value=known,
                 average=_plain(each["average"]))  # fmt: skip
    return t("{sign} {feature}: {value}", sign=sign, feature=name, value=words.member(each["feature"], value))


def _plain(value: float) -> str:
    decimals = 0 if abs(value) >= 10 or value == round(value) else 1 if abs(value) >= 1 else 2
    return numbers.amount(value, "count", decimals=decimals)


def notes(found: Plain, kinds: Sequence[str]) -> list[str]:
    """What must be known beside the numbers, for the kinds of relationship that are shown."""
    said = []
    if "purchase" in kinds:
        said.append(
            t("Whoever buys without a contract is lost {days} days after the last sale and is a customer until then: "
              "the loss shows that late, and before {days} days of tenure nobody can be seen to leave.",
              days=found["inactivity_days"])
        )  # fmt: skip
    if found["began_unseen"]:
        said.append(
            t("{count} customers may have been some before the data begin: their tenure counts from the first sale "
              "known.", count=numbers.count(found["began_unseen"]))
        )  # fmt: skip
    said.append(t("Attributes of customers are as they stand today: one that was set after a loss would mislead."))
    return said


def not_a_reason() -> str:
    """What none of these numbers say."""
    return t(
        "This tells what goes with leaving, not why customers leave: who differs in one thing may differ in others."
    )
