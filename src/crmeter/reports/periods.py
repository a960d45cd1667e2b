"""Periods and days as people say them, in the language of ``messages.language()``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.era import ROC, era
from crmeter.kernel.messages import language, t
from crmeter.kernel.period import Grain, Period
from crmeter.reports.numbers import LOCALES

_NAME = re.compile(
    r"(?P<own>FY|(?:445|454|544)-)?(?P<year>\d{4})"
    r"(?:-(?P<kind>[QHWP])(?P<part>\d\d?)|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)
_ORDINALS = {1: "一", 2: "二", 3: "三", 4: "四"}  # how Simplified Chinese counts quarters


def said(name: str) -> str:
    """A period's canonical name in words: ``2025-Q3`` → ``Q3 2025``, ``2025 年第 3 季``, ``2025 年第三季度``.

    >>> from crmeter.kernel.messages import speaking
    >>> with speaking("en"):
    ...     said("2025-Q3"), said("2025-07"), said("FY2026-Q1"), said("445-2025-P03")
    ('Q3 2025', 'July 2025', 'Q1 of fiscal year 2026', 'month 3 of retail year 2025')
    """
    match = _NAME.fullmatch(name)
    if not match:
        start, dots, end = name.partition("..")
        return span(date.fromisoformat(start), date.fromisoformat(end)) if dots else name
    part = match.groupdict()
    if part["day"]:
        return day(date.fromisoformat(name))
    if part["month"]:
        return _month(int(part["year"]), int(part["month"]))
    return _part(_year(part["year"]), (part["own"] or "")[:2], part["kind"], int(part["part"] or 0))


def _year(year: str | int) -> str:
    """A year as its number, in Traditional Chinese of the Republic of China where the workspace counts so."""
    if era() == "roc" and language() == "zh-Hant" and int(year) > ROC:
        return t("ROC {year}", year=int(year) - ROC)
    return str(year)


def _month(year: int, month: int) -> str:
    if language() == "en":
        return format_date(date(year, month, 1), "MMMM y", locale=LOCALES["en"])
    return t("{month}/{year}", year=_year(year), month=month)


def _part(year: str, own: str, kind: str | None, part: int) -> str:
    """``own`` is FY for fiscal years, digits for retail years, else empty."""
    number = _ORDINALS.get(part, part) if language() == "zh-Hans" and kind == "Q" else part
    if own == "FY":
        return _of_fiscal_year(year, kind, number)
    if own:
        return _of_retail_year(year, kind, number)
    match kind:
        case "Q":
            return t("Q{part} {year}", part=number, year=year)
        case "H":
            return t("first half of {year}", year=year) if part == 1 else t("second half of {year}", year=year)
        case "W":
            return t("week {part} of {year}", part=part, year=year)
        case _:
            return t("year {year}", year=year)


def _of_fiscal_year(year: str, kind: str | None, number: int | str) -> str:
    if kind == "Q":
        return t("Q{part} of fiscal year {year}", part=number, year=year)
    if kind == "P":
        return t("month {part} of fiscal year {year}", part=number, year=year)
    return t("fiscal year {year}", year=year)


def _of_retail_year(year: str, kind: str | None, number: int | str) -> str:
    if kind == "Q":
        return t("Q{part} of retail year {year}", part=number, year=year)
    if kind == "P":
        return t("month {part} of retail year {year}", part=number, year=year)
    return t("retail year {year}", year=year)


def day(value: date) -> str:
    """``14 July 2025``, ``2025 年 7 月 14 日``."""
    if language() == "en":
        return format_date(value, "d MMMM y", locale=LOCALES["en"])
    return t("{year}-{month}-{day}", year=_year(value.year), month=value.month, day=value.day)


def span(start: date, end: date) -> str:
    """The days from ``start`` to the last one before ``end``, both named."""
    return t("{first} to {last}", first=day(start), last=day(end - timedelta(days=1)))


def instant(iso: str, timezone: str) -> str:
    """A moment in the workspace's time zone, to the minute."""
    moment = datetime.fromisoformat(iso)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    zone = ZoneInfo(timezone)
    clock = format_datetime(moment, "HH:mm", tzinfo=zone, locale=LOCALES[language()])
    return f"{day(moment.astimezone(zone).date())} {clock}"


def short(name: str) -> tuple[str, str]:
    """A period's label on an axis: the part, and the year below it (empty where it is part of the first)."""
    match = _NAME.fullmatch(name)
    if not match:
        first = name.partition("..")[0]
        return (first[5:].replace("-", "/"), first[:4]) if ".." in name else (name, "")
    part = match.groupdict()
    year = (part["own"] or "") + part["year"]
    if part["day"]:
        return f"{int(part['month'])}/{int(part['day'])}", year
    if part["month"]:
        label = format_date(date(int(year), int(part["month"]), 1), "MMM", locale=LOCALES[language()])
        return label, year
    return (f"{part['kind']}{part['part']}", year) if part["kind"] else (year, "")


def calendar(rules: Mapping[str, Any]) -> Calendar:
    """The calendar in the settings that an evaluation was made under."""
    return Calendar.from_json(rules.get("calendar") or {})


def name_of(value: Mapping[str, Any], using: Calendar) -> str:
    """The canonical name of the period of a value (``start``, ``end``, ``grain``)."""
    period = Period(date.fromisoformat(value["start"]), date.fromisoformat(value["end"]), Grain(value["grain"]))
    return using.name(period)
