"""The period that a question is about."""

from __future__ import annotations

from datetime import date

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain, Period
from crmeter.model.rules import Rules

DEFAULT_PERIOD = "last-quarter"


def the_period(rules: Rules, as_of: date, name: str | None, start: date | None, end: date | None) -> Period:
    """The period that a name, or a first day and the day after the last, stand for."""
    if name and (start or end):
        raise UserError.of(t("--period and --from/--to say the same thing twice."), next=t("Give one of them."))
    if start is None and end is None:
        return rules.calendar.parse(name or DEFAULT_PERIOD, as_of)
    if start is None or end is None:
        raise UserError.of(t("--from and --to need each other."), next=t("Give both; the day of --to is not included."))
    if start >= end:
        raise UserError.of(t("--from {start} is not before --to {end}.", start=start, end=end))
    return Period(start, end)


def the_periods(
    rules: Rules, as_of: date, name: str | None, start: date | None, end: date | None, grain: Grain | None
) -> list[Period]:
    """The period that they stand for, or where there is a ``grain``, those of that length in it."""
    whole = the_period(rules, as_of, name, start, end)
    return list(rules.calendar.split(whole.start, whole.end, grain)) if grain else [whole]
