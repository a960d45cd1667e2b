"""What the settings of the calendar may hold: days, weekdays, hours, and when a retail year ends."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from crmeter.app.settings.kinds import Misfit, SettingKind, nearest
from crmeter.kernel.calendar import WEEKDAYS
from crmeter.kernel.messages import t
from crmeter.kernel.public_holidays import COUNTRIES
from crmeter.kernel.working_time import Hours

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SPAN = re.compile(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)")
_YEAR_END = re.compile(r"(last|nearest)\s+(\w+)\s+(?:of|to)\s+(\w+)")


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _hours_table(text: str) -> Any:
    """Text of the environment: one span, or ``monday=09:00-18:00, saturday=10:00-14:00``."""
    if "=" not in text:
        return text
    return {day.strip(): span.strip() for day, _, span in (part.partition("=") for part in _listed(text))}


def _country(value: Any) -> str | None:
    word = value.strip() if isinstance(value, str) else ""
    if word.casefold() == "none":
        return None
    if word.upper() not in COUNTRIES:
        raise Misfit(nearest(word, [*COUNTRIES, "none"]))
    return word.upper()


def _weekday(value: Any) -> int:
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word not in WEEKDAYS:
        raise Misfit(nearest(word, WEEKDAYS))
    return WEEKDAYS.index(word)


def _weekdays(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise Misfit()
    return tuple(sorted({_weekday(day) for day in value}))


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Misfit() from None


def _days(value: Any) -> tuple[date, ...]:
    if not isinstance(value, list):
        raise Misfit()
    return tuple(sorted({_day(each) for each in value}))


def _span(value: Any) -> Hours:
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise Misfit()
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or not opens < closes <= 24 * 60:
        raise Misfit()
    return opens, closes


def _hours(value: Any) -> Hours | tuple[Hours | None, ...]:
    """One span for every day that is worked, or one for each weekday named."""
    if not isinstance(value, dict):
        return _span(value)
    found: list[Hours | None] = [None] * 7
    for day, span in value.items():
        try:
            found[_weekday(day)] = _span(span)
        except Misfit as misfit:
            raise Misfit(misfit.nearest, inside=day, value=span, allowed=_hours_allowed()) from None
    if not any(found):
        raise Misfit()
    return tuple(found)


def _hours_allowed() -> str:
    return t("hours as 09:00-18:00, or a table of weekdays with the hours of each; they end by 24:00")


def _year_end(value: Any) -> tuple[str, int, int]:
    match = _YEAR_END.fullmatch(value.strip().casefold()) if isinstance(value, str) else None
    if not match or match[2] not in WEEKDAYS or match[3] not in MONTHS:
        raise Misfit()
    return match[1], WEEKDAYS.index(match[2]), MONTHS.index(match[3]) + 1


def _weeks(value: Any) -> tuple[int, int, int]:
    if value not in ("4-4-5", "4-5-4", "5-4-4"):
        raise Misfit()
    first, second, third = map(int, value.split("-"))
    return first, second, third


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit()
    return value


COUNTRY = SettingKind(_country, lambda: "TW, CN, none")
WEEKDAY_LIST = SettingKind(_weekdays, lambda: t("a list of weekdays, as saturday"), _listed)
DAYS = SettingKind(_days, lambda: t("a list of days, each as YYYY-MM-DD"), _listed)
HOURS = SettingKind(_hours, _hours_allowed, _hours_table)
SPAN = SettingKind(_span, lambda: t("hours as 12:30-13:30"))
RETAIL_WEEKS = SettingKind(_weeks, lambda: "4-4-5, 4-5-4, 5-4-4")
RETAIL_YEAR_END = SettingKind(_year_end, lambda: t("last WEEKDAY of MONTH, or nearest WEEKDAY to MONTH"))
SWITCH = SettingKind(
    _yes_or_no, lambda: t("true or false"), lambda text: {"true": True, "false": False}.get(text.casefold(), text)
)
