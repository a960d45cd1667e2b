"""Building the indicator system by answering questions, in four steps: set goals, pick the KPIs tied to them, fix how
and from which data each is evaluated, say when the choice is looked at again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Protocol, TypeVar

from crmeter.app.indicators.reading import Known
from crmeter.evaluation.indicators import AGAINST, EVERY, Indicator, IndicatorSystem, Objective
from crmeter.evaluation.indicators.goals import Goal
from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import add_months

Read = TypeVar("Read")
REVIEW_MONTHS = 3  # the first review, where nobody says another day


class Dialogue(Protocol):
    """Somebody who answers. One who is ``patient`` is asked again after a wrong answer; a file of answers is not."""

    @property
    def patient(self) -> bool: ...

    def say(self, text: str) -> None: ...

    def ask(self, question: str, default: str) -> str:
        """The answer, ``default`` where it is empty; EOFError where there are no more."""


class Wrong(Exception):
    """An answer that is none; says why."""


@dataclass(frozen=True)
class Offered:
    """What the questions are about: goals, names of KPIs, the sources that deliver what each KPI rests on."""

    goals: Sequence[Goal]
    known: Known
    name_of: Callable[[str], str]
    sources_of: Callable[[str], tuple[str, ...]]
    today: date


def build(system: IndicatorSystem, offered: Offered, dialogue: Dialogue) -> IndicatorSystem:
    """The objectives and indicators that the answers add to ``system``.

    UserError where the answers end before the questions do, or one of them is none.
    """
    wizard = _Wizard(system, offered, dialogue)
    try:
        wizard.run()
    except EOFError:
        raise UserError.of(
            t("The answers end at step {step} of 4.", step=wizard.step),
            t("Nothing was written."),
            t("Answer every question; an empty line takes what stands in brackets."),
        ) from None
    return IndicatorSystem(tuple(wizard.objectives), tuple(wizard.indicators.values()))


class _Wizard:
    def __init__(self, system: IndicatorSystem, offered: Offered, dialogue: Dialogue) -> None:
        self.system, self.offered, self.dialogue = system, offered, dialogue
        self.step = 0
        self.objectives: list[Objective] = []
        self.indicators: dict[str, Indicator] = {}

    def run(self) -> None:
        self.begin(t("Goals: what the company wants"))
        self.set_goals()
        self.begin(t("KPIs: what shows that it gets there"))
        for objective in self.objectives:
            self.pick(objective)
        self.begin(t("Evaluation: how each KPI is judged, and from which data"))
        for kpi in self.indicators:
            self.fix_method(kpi)
        self.begin(t("Review: when it is asked whether these are the right KPIs"))
        self.plan_review()

    def begin(self, heading: str) -> None:
        self.step += 1
        self.dialogue.say("\n" + t("Step {step} of 4. {heading}", step=self.step, heading=heading))

    def ask(self, question: str, default: str, read: Callable[[str], Read]) -> Read:
        while True:
            answer = self.dialogue.ask(question, default).strip() or default
            try:
                return read(answer)
            except Wrong as wrong:
                if not self.dialogue.patient:
                    what = t("“{answer}” is no answer to “{question}”", answer=answer, question=question)
                    raise UserError(Problem(what, str(wrong), t("Nothing was written."))) from None
                self.dialogue.say(str(wrong))

    def set_goals(self) -> None:
        goals = self.offered.goals
        for number, goal in enumerate(goals, 1):
            self.dialogue.say(f"  {number}. {goal.name}")
        question = t("Which goals? Numbers, or an objective in your own words; more than one with commas")
        chosen = self.ask(question, "", lambda answer: _chosen_goals(answer, goals))
        owner = self.ask(t("Who answers for them?"), "", _text)
        taken = [o.id for o in self.system.objectives]
        for followed, name in chosen:
            id = _free(followed or _id(name), taken)
            taken.append(id)
            self.objectives.append(Objective(id, name, followed, owner))

    def pick(self, objective: Objective) -> None:
        suggested = next((goal.kpis for goal in self.offered.goals if goal.id == objective.goal), ())
        self.dialogue.say(f"\n{objective.name}")
        for number, kpi in enumerate(suggested, 1):
            self.dialogue.say(f"  {number}. {self.offered.name_of(kpi)} [{kpi}]")
        question = t("Which KPIs? Numbers, or ids as “crmeter kpis” lists them")
        default = ",".join(str(number) for number in range(1, min(len(suggested), 3) + 1))
        kpis = self.ask(question, default, lambda answer: _chosen_kpis(answer, suggested, self.offered.known.kpis))
        for kpi in kpis:
            before = self.indicators.get(kpi) or self.system.indicator(kpi)
            if before:
                self.indicators[kpi] = replace(before, objectives=(*before.objectives, objective.id))
                continue
            name = self.offered.name_of(kpi)
            owner = self.ask(t("{kpi}: who answers for it?", kpi=name), objective.owner or "", _text)
            decision = self.ask(t("{kpi}: which decision does it drive?", kpi=name), "", _text)
            self.indicators[kpi] = Indicator(kpi, (objective.id,), owner, decision)

    def fix_method(self, kpi: str) -> None:
        before = self.indicators[kpi]
        if self.system.indicator(kpi):
            return
        name, there = self.offered.name_of(kpi), self.offered.known.sources
        lengths, bases = _lengths(), _bases()
        question = t("{kpi}: for which periods is it evaluated? ({choices})", kpi=name, choices=_offered(lengths))
        every = self.ask(question, before.every, lambda answer: _one_of(answer, lengths))
        question = t("{kpi}: compared with what? ({choices})", kpi=name, choices=_offered(bases))
        against = self.ask(question, ",".join(before.against), lambda answer: _several_of(answer, bases))
        sources: tuple[str, ...] = ()
        if there:
            question = t("{kpi}: from which sources? ({choices})", kpi=name, choices=", ".join(there))
            default = ",".join(self.offered.sources_of(kpi) or there)
            sources = self.ask(question, default, lambda answer: _several_of(answer, {name: name for name in there}))
        self.indicators[kpi] = replace(before, every=every, against=against, sources=sources)

    def plan_review(self) -> None:
        default = add_months(self.offered.today, REVIEW_MONTHS)
        day = self.ask(t("By which day? YYYY-MM-DD"), str(default), lambda answer: _day(answer, self.offered.today))
        for kpi, indicator in self.indicators.items():
            if not self.system.indicator(kpi):
                self.indicators[kpi] = replace(indicator, review_by=day)


def _text(answer: str) -> str:
    if not answer:
        raise Wrong(t("This needs an answer."))
    return answer


def _parts(answer: str) -> list[str]:
    return [part.strip() for part in re.split("[,，、]", answer) if part.strip()]


def _chosen_goals(answer: str, goals: Sequence[Goal]) -> list[tuple[str | None, str]]:
    """The ids of goals, None for an objective of their own, each with its name."""
    found: list[tuple[str | None, str]] = []
    for part in dict.fromkeys(_parts(answer)):
        if part.isdecimal():
            found.append((_numbered(part, goals).id, _numbered(part, goals).name))
        else:
            found.append((None, part))
    if not found:
        raise Wrong(t("This needs an answer."))
    return found


def _chosen_kpis(answer: str, suggested: Sequence[str], known: Mapping[str, str]) -> list[str]:
    found = []
    for part in _parts(answer):
        kpi = _numbered(part, suggested) if part.isdecimal() else known.get(part)
        if kpi is None:
            near = get_close_matches(part, known, 1, 0.5)
            close = t("Did you mean “{word}”?", word=near[0]) if near else ""
            raise Wrong(f"{t('There is no KPI “{id}”.', id=part)} {close}".strip())
        found.append(kpi)
    if not found:
        raise Wrong(t("This needs an answer."))
    return list(dict.fromkeys(found))


def _numbered(part: str, offered: Sequence[Read]) -> Read:
    if not 1 <= int(part) <= len(offered):
        raise Wrong(t("{number} is not in the list.", number=part))
    return offered[int(part) - 1]


def _lengths() -> dict[str, str]:
    """The lengths of period, with their words."""
    return dict(zip(EVERY, (t("month"), t("quarter"), t("half-year"), t("year")), strict=True))


def _bases() -> dict[str, str]:
    """What a value may be compared with, in words."""
    return dict(zip(AGAINST, (t("the period before"), t("last year"), t("the target")), strict=True))


def _offered(choices: Mapping[str, str]) -> str:
    """``month``, and beside it the word for it where that is another."""
    return ", ".join(code if code == word else f"{code} {word}" for code, word in choices.items())


def _one_of(answer: str, choices: Mapping[str, str]) -> str:
    """The code of an answer, which may be the word for it."""
    (found, *more) = _several_of(answer, choices)
    if more:
        raise Wrong(t("Choose one of: {choices}.", choices=_offered(choices)))
    return found


def _several_of(answer: str, choices: Mapping[str, str]) -> tuple[str, ...]:
    codes = {word: code for code, word in choices.items()} | {code: code for code in choices}
    found = _parts(answer)
    if not found or not set(found) <= set(codes):
        raise Wrong(t("Choose from: {choices}.", choices=_offered(choices)))
    return tuple(dict.fromkeys(codes[each] for each in found))


def _day(answer: str, today: date) -> date:
    try:
        found = date.fromisoformat(answer)
    except ValueError:
        raise Wrong(t("Write the day as YYYY-MM-DD.")) from None
    if found < today:
        raise Wrong(t("{day} is over.", day=found))
    return found


def _id(name: str) -> str:
    """An id from a name; of a name in another script nothing is left."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:40].strip("_") or "objective"


def _free(id: str, taken: Sequence[str]) -> str:
    number, found = 1, id
    while found in taken:
        number += 1
        found = f"{id}_{number}"
    return found
