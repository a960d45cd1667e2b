"""Goals in words: their letters, how they stand, and whether the goals of teams add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import joined, t
from crmeter.kernel.period import Grain, Period
from crmeter.reports import numbers, periods, words
from crmeter.reports.forecast import model

Plain = Mapping[str, Any]
SURE = 0.01  # a probability nearer to 0 or 1 is not written as one


def probability(chance: float | None) -> str:
    """``17%``; never 0% or 100%, for nothing of this is certain."""
    if chance is None:
        return "–"
    if chance < SURE:
        return t("less than {share}", share=numbers.share(SURE))
    if chance > 1 - SURE:
        return t("more than {share}", share=numbers.share(1 - SURE))
    return numbers.share(chance)


def status(code: str) -> str:
    """How a goal stands."""
    return {
        "on_track": t("on track"),
        "at_risk": t("at risk"),
        "off_track": t("off track"),
        "met": t("met"),
        "missed": t("missed"),
        "unknown": t("not known"),
        "given_up": t("given up"),
    }.get(code, code)


ICONS = {"on_track": "▲", "at_risk": "◆", "off_track": "▼", "met": "✓", "missed": "✗", "unknown": "?", "given_up": "–"}


def letter_name(letter: str) -> str:
    """What a letter stands for."""
    return {
        "S": t("specific"),
        "M": t("measurable"),
        "A": t("achievable"),
        "R": t("relevant"),
        "T": t("time-bound"),
    }[letter]


def letter_state(state: str) -> str:
    """Whether a letter holds."""
    return {"ok": t("ok"), "doubtful": t("doubtful"), "missing": t("missing")}[state]


def wish(kind: str, amount: float, unit: str, currency: str | None) -> str:
    """``+15%``, ``−5.0 pp``; empty where a value itself is the target."""
    if kind == "value":
        return ""
    return numbers.relative(amount) if kind == "relative" else numbers.change(amount, unit, currency)


@dataclass(frozen=True)
class Sayer:
    """Says what there is to say of a goal on a KPI of a unit."""

    unit: str
    currency: str | None
    calendar: Calendar

    def amount(self, value: float | None) -> str:
        """A value of the KPI."""
        return numbers.amount(value, self.unit, self.currency)

    def period(self, told: Plain) -> str:
        """A period in words."""
        found = Period(date.fromisoformat(told["start"]), date.fromisoformat(told["end"]), Grain(told["grain"]))
        return (
            periods.span(found.start, found.end) if self._is_custom(found) else periods.said(self.calendar.name(found))
        )

    def _is_custom(self, period: Period) -> bool:
        return ".." in self.calendar.name(period)

    def letter(self, told: Plain) -> str:
        """What was found of a letter."""
        say = {"S": self._specific, "M": self._measurable, "A": self._achievable, "R": _relevant, "T": _time_bound}
        return say[told["letter"]](told["code"], told["facts"])

    def way_out(self, told: Plain) -> str:
        """What to do about a letter that is missing."""
        return {
            "wrong_way": t("Change the sign, or choose another KPI."),
            "no_change": t("Write a change that is not nothing."),
            "impossible": t("Choose a target that the KPI can have."),
            "no_baseline": t("Choose another period, scope or KPI, or load older data."),
            "no_objective": t("Name an objective (--objective ID), or the decision it drives (--decision TEXT)."),
        }.get(told["code"], "")

    def _specific(self, code: str, facts: Plain) -> str:
        baseline, target = self.amount(facts["baseline"]), self.amount(facts["target"])
        if code == "impossible":
            if facts["high"] is None:
                return t(
                    "{target} cannot be: the KPI is never below {low}.", target=target, low=self.amount(facts["low"])
                )
            return t("{target} cannot be: the KPI lies between {low} and {high}.",
                     target=target, low=self.amount(facts["low"]), high=self.amount(facts["high"]))  # fmt: skip
        if code == "no_change":
            return t("The target is the same as the baseline: {value}.", value=baseline)
        if code == "wrong_way":
            return t("From {baseline} to {target} this KPI would get worse.", baseline=baseline, target=target)
        return t("from {baseline} to {target}", baseline=baseline, target=target)

    def _measurable(self, code: str, facts: Plain) -> str:
        if code == "no_baseline":
            return t("There is no value to start from: {reason}.", reason=words.reason(facts["reason"]))
        size = numbers.size
        if code == "small_sample":
            said = t("The baseline rests on too few records to tell a change from chance.")
        elif code == "noise_unknown":
            said = t("How much of a change is chance is not known for this KPI.")
        else:
            wished = size(facts["wished"], self.unit, self.currency)
            smallest = size(facts["smallest"], self.unit, self.currency)
            said = (
                t("A change of {wished} is wished for; data of this size show one of {smallest} or more in 8 of 10 "
                  "cases. A smaller one cannot be told from chance.", wished=wished, smallest=smallest)
                if code == "within_noise"
                else t("A change of {wished} is wished for; data of this size show one of {smallest} in 8 of 10 cases.",
                       wished=wished, smallest=smallest)
            )  # fmt: skip
        return joined((said, self._season(facts.get("season"))))

    def _season(self, season: Plain | None) -> str:
        if season is None:
            return ""
        value = self.amount(season["value"])
        return t("In {period} it was {value}: the season plays a part. --against year measures from there.",
                 period=self.period(season), value=value)  # fmt: skip

    def _achievable(self, code: str, facts: Plain) -> str:
        parts = []
        if code == "reached":
            parts.append(t("The target is reached already: this goal is to keep it."))
        parts.append(self.expected(facts["expected"]))
        if code == "hardly":
            parts.append(t("What happened so far speaks against it: it takes something new."))
        if code == "anyway":
            parts.append(t("It will come by itself: this goal asks for nothing."))
        moves = facts["moves"]
        if moves["counted"] and code != "reached":
            parts.append(
                t("Of {counted} earlier pairs of periods as far apart, {reached} moved at least as much.",
                  counted=moves["counted"], reached=moves["reached"])
            )  # fmt: skip
        return joined(parts)

    def expected(self, told: Plain) -> str:
        """The forecast of the goal's period, or why there is none."""
        if told["probability"] is None:
            return self.refused(told)
        basis = told["basis"]
        return t(
            "If all goes on as before, {value} is to be expected ({level} interval {interval}); the target is reached "
            "with a probability of {probability}. From {steps} periods ({model}), tried on {tried} earlier stretches.",
            value=self.amount(told["value"]),
            level=numbers.share(told["level"]),
            interval=numbers.interval(told["low"], told["high"], self.unit, self.currency),
            probability=probability(told["probability"]),
            steps=basis["steps"],
            model=model(basis["model"]),
            tried=basis["tried"],
        )

    def refused(self, told: Plain) -> str:
        """Why nothing is known of the probability."""
        match told["refused"]:
            case "too_far":
                return t("How likely it is cannot be said: further than two years ahead the past says nothing.")
            case "constant":
                return t("How likely it is cannot be said: the value has not changed in the past.")
            case "too_short":
                return t("How likely it is cannot be said: that needs about {needed} periods with a value, there are "
                         "{known}.", needed=told["needed"], known=told["basis"]["steps"])  # fmt: skip
            case _:
                return t("How likely it is cannot be said: there are no values of the past.")

    def ended(self, told: Plain) -> str:
        """How a period that is over came out."""
        value = self.amount(told["value"]["value"])
        target = self.amount(told["target"])
        if told["status"] == "unknown":
            return t("Whether it is met cannot be said: {reason}.", reason=words.reason(told["reason"]))
        said = (
            t("Met: {value}, the target was {target}.", value=value, target=target)
            if told["status"] == "met"
            else t("Missed: {value}, the target was {target}.", value=value, target=target)
        )
        beyond = {
            True: t("The distance is more than chance."),
            False: t("The distance may be chance: the target lies within the interval of the value."),
            None: t("How much of the distance is chance is not known."),
        }[told["beyond_noise"]]
        return joined((said, beyond))

    def together(self, told: Plain, target: float) -> str:
        """Whether the goals of the parts add up to that of the whole."""
        if told["how"] is None:
            return _not_added(told["reason"])
        by = (
            t("The targets of the parts add up to {value}", value=self.amount(told["value"]))
            if told["how"] == "sum"
            else t("Weighted by size, the targets of the parts come to {value}", value=self.amount(told["value"]))
        )
        if told["rest"]:
            by += t(", what is in no part staying at {rest}", rest=self.amount(told["rest"]))
        verdict = (
            t("; that is enough for {target}.", target=self.amount(target))
            if told["enough"]
            else t("; that is not enough for {target}.", target=self.amount(target))
        )
        if not told["enough"] and told["rest"] and told["needed"] is not None:
            said = t("What is in no part would have to come to {needed}.", needed=self.amount(told["needed"]))
            verdict = joined((verdict, said))
        others = ", ".join(told["others"])
        left_out = t("Not added, being of another KPI, period or scope: {ids}.", ids=others) if others else ""
        return joined((by + verdict, left_out))


def _not_added(reason: str | None) -> str:
    match reason:
        case "no_parts":
            return t("The values of this KPI cannot be added up over parts.")
        case "overlap":
            return t("The parts are more than the whole: their baselines were measured on other data. Set them anew.")
        case _:
            return t("The goals of the parts cannot be added up: they are of another KPI or period, or they overlap.")


def _relevant(code: str, facts: Plain) -> str:
    match code:
        case "objective":
            return t("It serves the objective “{name}”.", name=facts["name"])
        case "decision":
            return t("The decision it drives: {decision}", decision=facts["decision"])
        case "common":
            return t("No objective of this workspace names this KPI. Elsewhere it is chosen for “{name}”; "
                     "“crmeter objective add” writes down what you want.", name=facts["name"])  # fmt: skip
        case _:
            return t("It does not say what it is for.")


def _time_bound(code: str, facts: Plain) -> str:
    last = Period(date.fromisoformat(facts["start"]), date.fromisoformat(facts["end"])).last_day
    return t("until {day}", day=periods.day(last))


def progress(share: float | None) -> str:
    """The share of the way that is done."""
    return "–" if share is None else numbers.share(share)
