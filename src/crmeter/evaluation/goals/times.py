"""When, as people say it of a goal: ``next quarter``, ``within one year``, ``明年``, ``2026-Q1``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period, add_months

_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12,
    "一": 1, "二": 2, "兩": 2, "两": 2, "三": 3, "四": 4, "六": 6, "十二": 12, "半": 0.5,
}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "half-year": 6, "half year": 6, "year": 12,
           "月": 1, "季": 3, "季度": 3, "半年": 6, "年": 12}  # fmt: skip
_GRAINS = {1: Grain.MONTH, 3: Grain.QUARTER, 6: Grain.HALF, 12: Grain.YEAR}
_COUNT = r"(?P<count>\d{1,2}|an?|one|two|three|four|six|twelve|十二|[一二兩两三四六半])"
_UNIT = r"(?P<unit>month|quarter|half[ -]year|half|year)"
_ZH_UNIT = r"(?P<unit>半年|季度|季|月|年)"
WITHIN = (
    re.compile(rf"\b(?:within|in|over) (?:the next )?{_COUNT} {_UNIT}s?\b"),
    re.compile(rf"(?:在)?(?:未來|未来)?{_COUNT}(?:個|个)?{_ZH_UNIT}(?:之|以)?[內内]"),
)
RELATIVE = (
    re.compile(rf"\b(?:in |by |by the end of |until the end of |over )?(?:the )?(?P<which>next|this) {_UNIT}\b"),
    re.compile(rf"(?:在|到)?(?P<which>下一?|本|這一?|这一?)(?:個|个)?{_ZH_UNIT}(?:底|末)?"),
    re.compile(r"(?:在|到)?(?P<which>明|今)(?P<unit>年)(?:底|末)?"),
)
_PREFIX = r"(?:\b(?:in|by|for|until|till|during) (?:the )?(?:end of )?|[在到於于])?"
NAMED = (
    re.compile(rf"{_PREFIX}(?P<name>\bfy\d{{4}}(?:-[qp]\d{{1,2}})?\b)"),
    re.compile(rf"{_PREFIX}(?P<name>\b\d{{4}}-(?:q[1-4]|h[12]|w\d{{1,2}}|\d\d(?:-\d\d)?)(?![\d-]))"),
    re.compile(rf"{_PREFIX}(?P<part>q[1-4]|h[12]) (?P<year>\d{{4}})\b"),
    re.compile(
        rf"{_PREFIX}(?P<name>(?:民國|民国)?\d{{2,4}}年(?:第?[1-4一二三四]季度?|[上下]半年|\d{{1,2}}月)?)(?:底|末)?"
    ),
    re.compile(r"(?:\b(?:in|by|for|until|till|during) (?:the )?(?:end of )?|[在到於于])(?P<name>\d{4})\b(?![\d,.%])"),
    re.compile(r"(?<![\w.,+$-])(?P<name>20\d\d)(?![\w.,%-])"),
)


def period_in(text: str, calendar: Calendar, as_of: date) -> tuple[Period, str] | None:
    """The period that a text (see ``numerals.plain``) names, and the text without it; None where it names none."""
    for period, match in _read(text, calendar, as_of):
        return period, f"{text[: match.start()]} {text[match.end() :]}"
    return None


def _read(text: str, calendar: Calendar, as_of: date) -> Iterator[tuple[Period, re.Match[str]]]:
    for pattern in WITHIN:
        if match := pattern.search(text):
            months = _count(match["count"]) * _MONTHS[match["unit"]]
            if months >= 1:
                yield within(calendar, as_of, int(months)), match
    for pattern in RELATIVE:
        if match := pattern.search(text):
            grain = _GRAINS[_MONTHS[match["unit"]]]
            # as in the names of periods: the newest day with data lies in “this” one
            this = calendar.containing(as_of - timedelta(days=1), grain)
            yield calendar.following(this) if match["which"][0] in "n下明" else this, match
    for pattern in NAMED:
        if match := pattern.search(text):
            told = match.groupdict()
            name = told.get("name") or f"{told['year']}-{told['part']}"
            try:
                yield calendar.parse(name, as_of), match
            except UserError:
                continue


def _count(word: str) -> float:
    return float(word) if word.isdecimal() else _COUNTS[word]


def within(calendar: Calendar, as_of: date, months: int) -> Period:
    """The months from that of the data horizon on, as many as said; under the name of a period where they are one.

    >>> within(Calendar(), date(2026, 1, 1), 12).grain
    <Grain.YEAR: 'year'>
    """
    start = as_of.replace(day=1)
    end = add_months(start, months)
    for grain in (Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR):
        found = calendar.containing(start, grain)
        if (found.start, found.end) == (start, end):
            return found
    return Period(start, end)
