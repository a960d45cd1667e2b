"""What somebody wishes for, read from a sentence and from options: a KPI, how much of a change, and by when. All that
is missing is said at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from crmeter.app.settings import Workspace
from crmeter.evaluation.goals import Kind, Wish
from crmeter.evaluation.goals.numerals import Numeral, read_numeral
from crmeter.evaluation.goals.sentence import Sentence, read_sentence
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Unit
from crmeter.reports import periods

IN_POINTS = (Unit.SHARE, Unit.POINTS, Unit.INDEX)  # of whose values per cent can be meant in two ways


@dataclass(frozen=True)
class Asked:
    """A goal as it was asked for: a sentence, options, or both; what an option says counts."""

    text: str | None = None
    kpi: str | None = None
    change: str | None = None
    target: str | None = None
    reading: Kind | None = None  # relative or points
    by: str | None = None
    against: str | None = None
    where: tuple[str, ...] = ()
    name: str | None = None
    owner: str | None = None
    team: str | None = None
    objective: str | None = None
    decision: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Wished:
    """What was understood. ``wish`` is None where per cent can be meant in two ways; ``number`` is as written."""

    kpi: Kpi
    period: Period
    number: Numeral
    wish: Wish | None


@dataclass
class _Reader:
    workspace: Workspace
    asked: Asked
    as_of: date

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        text = self.asked.text or ""
        self.said = read_sentence(text, self.workspace.catalogue, self.workspace.rules.calendar, self.as_of)
        for option in ("change", "target"):
            if written := getattr(self.asked, option):
                self._take(option, written)

    def _take(self, option: str, written: str) -> None:
        number = read_numeral(written)
        if number is None:
            self.problems.append(
                Problem(
                    t("“{text}” is no number.", text=written), next=t("Write for example −5%, +5 points or 120000.")
                )
            )
        else:
            self.said = replace(self.said, number=number, is_target=option == "target")

    def kpi(self) -> Kpi | None:
        catalogue = self.workspace.catalogue
        word = self.asked.kpi or self.said.kpi
        if word is None:
            self.problems.append(
                Problem(
                    t("It is not specific: it names no KPI."),
                    next=t("Name one that “crmeter kpis” lists, or add --kpi ID."),
                )
            )
            return None
        found = catalogue.find(word)
        if found is None:
            self.problems.append(catalogue.unknown(word))
        elif found.always_by:
            self.problems.append(
                Problem(t("{kpi} has a value for each stage, and none of its own to set a goal for.", kpi=found.id))
            )
            return None
        return found

    def period(self) -> Period | None:
        calendar = self.workspace.rules.calendar
        period = self.said.period
        if self.asked.by is not None:
            period = self._named(calendar, self.asked.by)
        elif period is None:
            self.problems.append(
                Problem(
                    t("It is not time-bound: it says no period."),
                    next=t("Say “next quarter”, “within one year” or such, or add --by 2026-Q1."),
                )
            )
        if period is not None and period.end <= self.as_of:
            name = periods.said(calendar.name(period))
            self.problems.append(
                Problem(
                    t("{period} is over: the data end before {day}.", period=name, day=periods.day(self.as_of)),
                    next=t("Choose a period that ends later."),
                )
            )
        return period

    def _named(self, calendar: Calendar, name: str) -> Period | None:
        spoken = read_sentence(name, self.workspace.catalogue, calendar, self.as_of)
        if spoken.period is not None and not spoken.unread and spoken.number is None:
            return spoken.period
        try:
            return calendar.parse(name, self.as_of)
        except UserError as error:
            self.problems += error.problems
            return None

    def number(self) -> Numeral | None:
        number = self.said.number
        if number is None:
            if not (self.asked.change or self.asked.target):
                self.problems.append(
                    Problem(
                        t("It is not measurable: it does not say by how much."),
                        next=t("Say a change such as +15%, or a value with --target."),
                    )
                )
        elif number.sign == 0 and not self.said.is_target:
            self.problems.append(
                Problem(
                    t("It does not say whether the KPI is to rise or to fall."),
                    next=t("Put + or − before the number; for a value to be reached use --target."),
                )
            )
        return number

    def unread(self) -> None:
        if self.said.unread:
            self.problems.append(
                Problem(
                    t("“{text}” cannot be read with certainty: nobody knows what is meant by “{words}”.",
                      text=self.asked.text, words=" ".join(self.said.unread)),
                    next=t("Write it like “{example}”, or use --kpi, --change and --by.",
                           example=t("sales +15% within one year")),
                )
            )  # fmt: skip


def read(workspace: Workspace, asked: Asked, as_of: date, more: Sequence[Problem] = ()) -> Wished:
    """Understand what was asked for; UserError with everything that is missing, and ``more``."""
    reader = _Reader(workspace, asked, as_of)
    reader.unread()
    kpi, number, period = reader.kpi(), reader.number(), reader.period()
    wish = None
    if kpi is not None and number is not None:
        try:
            wish = wish_of(kpi, number, reader.said, asked.reading)
        except UserError as error:
            reader.problems += error.problems
    if kpi is None and not (asked.objective or asked.decision):
        reader.problems.append(
            Problem(
                t("It does not say what it is for."),
                next=t("Name an objective (--objective ID), or the decision it drives (--decision TEXT)."),
            )
        )
    problems = [*reader.problems, *more]
    if problems or kpi is None or number is None or period is None:
        raise UserError(*problems)
    return Wished(kpi, period, number, wish)


def wish_of(kpi: Kpi, number: Numeral, said: Sentence, reading: Kind | None) -> Wish | None:
    """The wish that a number stands for with a KPI of that unit; None where it could be per cent or points."""
    signed = number.size * (-1 if number.sign < 0 else 1)
    hundredth = 0.01 if kpi.unit is Unit.SHARE else 1.0
    if said.is_target:
        return Wish(Kind.VALUE, _value(kpi, number, signed))
    if reading is Kind.RELATIVE:
        return Wish(Kind.RELATIVE, signed / 100)
    if reading is Kind.POINTS or (number.points and kpi.unit in (*IN_POINTS, Unit.SCORE)):
        return Wish(Kind.POINTS, signed * hundredth)
    if number.points:
        raise UserError.of(
            t("{kpi} is not counted in points.", kpi=kpi.id), next=t("Write the change in per cent, or in its unit.")
        )
    if number.per_cent or kpi.unit is Unit.SHARE:
        return None if kpi.unit in IN_POINTS else Wish(Kind.RELATIVE, signed / 100)
    return Wish(Kind.POINTS, signed)


def _value(kpi: Kpi, number: Numeral, signed: float) -> float:
    if kpi.unit is Unit.SHARE:
        if number.per_cent:
            return signed / 100
        if signed > 1:
            raise UserError.of(
                t("{kpi} is a share: {value} could be {value}% or a share.", kpi=kpi.id, value=f"{signed:g}"),
                next=t("Write {value}%.", value=f"{signed:g}"),
            )
        return signed
    if number.per_cent:
        raise UserError.of(
            t("{kpi} is not counted in per cent.", kpi=kpi.id), next=t("Write its target in its own unit.")
        )
    return signed
