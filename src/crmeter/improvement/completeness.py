"""What a draft still lacks before it may be registered, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from crmeter.improvement.drafts import Draft, Kind
from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t
from crmeter.kpis.catalogue import Catalogue
from crmeter.metrics import Better, Kpi
from crmeter.model.rules import Rules


def lacking(draft: Draft, catalogue: Catalogue, rules: Rules) -> list[Problem]:
    """Everything a draft lacks or contradicts. Its objective is what a goal said, or its own KPI and target."""
    return [
        *_texts(draft),
        *_dates(draft),
        *_steps(draft),
        *_objective(draft, catalogue, rules),
        *_numbers(draft),
        *_guards(draft, catalogue, rules),
    ]


def _texts(draft: Draft) -> Iterator[Problem]:
    asked = {
        "title": t("what the plan is called"),
        "problem": t("what is wrong"),
        "cause": t("why it is wrong: what the plan does away with"),
        "owner": t("who answers for it"),
    }
    for name, what in asked.items():
        if not getattr(draft, name):
            yield Problem(t("The plan does not say {what} ({name}).", what=what, name=name))
    if draft.kind is None:
        what = t("what it changes")
        yield Problem(
            t("The plan does not say {what} ({name}).", what=what, name="kind"),
            next=t("Choose from: {names}.", names=", ".join(Kind)),
        )


def _dates(draft: Draft) -> Iterator[Problem]:
    if draft.start is None:
        yield Problem(t("The plan does not say {what} ({name}).", what=t("its first day"), name="start"))
    if draft.end is None:
        yield Problem(t("The plan does not say {what} ({name}).", what=t("the day after its last"), name="end"))
    if draft.start and draft.end and draft.start >= draft.end:
        yield Problem(t("The plan ends on {end}, before it starts on {start}.", start=draft.start, end=draft.end))


def _steps(draft: Draft) -> Iterator[Problem]:
    if not draft.steps:
        yield Problem(t("The plan has no step."), next=t("Add one with what is done, who does it and until when."))
    for number, step in enumerate(draft.steps, start=1):
        asked = {"what": t("what is done"), "owner": t("who does it"), "due": t("until when")}
        for name, what in asked.items():
            if not getattr(step, name):
                yield Problem(t("Step {number} does not say {what} ({name}).", number=number, what=what, name=name))
        if step.due and draft.end and step.due >= draft.end:
            yield Problem(
                t("Step {number} is due on {due}, after the end of the plan.", number=number, due=step.due),
                t("What is done afterwards cannot have had an effect."),
            )


def _objective(draft: Draft, catalogue: Catalogue, rules: Rules) -> Iterator[Problem]:
    if draft.kpi is None or (draft.goal is None and draft.target is None):
        yield Problem(
            t("The plan has no objective."),
            t("Without one nobody can say whether it was reached."),
            t("Name a goal (goal), or a KPI and the value it is to have (kpi, target)."),
        )
    kpi = draft.kpi and catalogue.find(draft.kpi)
    if draft.kpi and not kpi:
        yield catalogue.unknown(draft.kpi)
    if draft.expected is None:
        yield Problem(
            t("The plan does not say {what} ({name}).", what=t("how much the KPI is to change"), name="expected"),
            t("From it follows whether the data can show it at all."),
            t("Write the change in the unit of the KPI: -0.05 of a share are five percentage points less."),
        )
    elif isinstance(kpi, Kpi) and draft.expected and _contradicts(draft.expected, kpi.direction(rules)):
        yield Problem(
            t("A change of {expected} would make {kpi} worse.", expected=draft.expected, kpi=kpi.id),
            next=t("Write “expected” with the sign of the change that is wanted."),
        )


def _contradicts(expected: float, good: Better) -> bool:
    return good is not Better.NONE and (expected > 0) is not (good is Better.UP)


def _numbers(draft: Draft) -> Iterator[Problem]:
    if draft.expected == 0:
        yield Problem(t("A plan that is to change nothing is no plan."), next=t("Write “expected” other than 0."))
    if draft.least is not None and draft.least <= 0:
        yield Problem(t("{name} is {value}.", name="least", value=draft.least), next=t("Write a number above 0."))
    if not 0 < draft.share < 1:
        yield Problem(t("{name} is {value}.", name="share", value=draft.share), next=t("Write a share such as 0.5."))
    if draft.cost is not None and draft.cost < 0:
        yield Problem(t("{name} is {value}.", name="cost", value=draft.cost), next=t("Write a number above 0."))


def _guards(draft: Draft, catalogue: Catalogue, rules: Rules) -> Iterator[Problem]:
    for id in draft.guards:
        kpi = catalogue.find(id)
        if kpi is None:
            yield catalogue.unknown(id)
        elif kpi.direction(rules) is Better.NONE:
            yield Problem(t("No direction of {kpi} is good.", kpi=kpi.id), t("So nobody can say that it got worse."))


def too_late(draft: Draft, today: date, as_of: date) -> Iterator[Problem]:
    """Why a plan may not be registered any more: it has begun, or the data reach into it."""
    if draft.start and draft.start <= today:
        yield Problem(
            t("The plan starts on {start}, and today is {today}.", start=draft.start, today=today),
            t("Who has seen the outcome can choose a method that shows it."),
            t("Choose a start that is still to come."),
        )
    elif draft.start and draft.start < as_of:
        yield Problem(
            t("The plan starts on {start}, and the data reach to {as_of}.", start=draft.start, as_of=as_of),
            t("Who has seen the outcome can choose a method that shows it."),
            t("Choose a start that is still to come."),
        )
