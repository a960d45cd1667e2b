"""Time in the demo company: busy and quiet days, hours of the day, working hours.

Times are days (float64) since 2021-01-01 00:00 in Taipei; the fraction is the time of day.

The rhythm moves business within a quarter and never between quarters: each quarter's weights are scaled to its length.
So the number of orders and new customers has festivals and weekends, while rates of a quarter (churn above all, which
follows the orders of a year before) have no season that could pass for a story.

The Lunar New Year wanders between January and February: gifts are bought in the days before it, and then everything is
closed. So a January or February differs from the one of the year before for no other reason than the moon.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FIRST_DAY = date(2021, 1, 1)
HORIZON_DAY = date(2026, 1, 1)
HORIZON = float((HORIZON_DAY - FIRST_DAY).days)
_LAST_DAY = date(2027, 1, 1)  # times after the horizon are drawn too, for what is still open at its end
YEAR = 365.25
LOGGED = date(2024, 1, 1)  # since when the CRM and the marketing tool note every step

NEW_YEARS = (
    date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17),
)  # fmt: skip
_MID_AUTUMNS = (
    date(2021, 9, 21), date(2022, 9, 10), date(2023, 9, 29), date(2024, 9, 17), date(2025, 10, 6), date(2026, 9, 25),
)  # fmt: skip
CLOSED_DAYS = (2, 4)  # before and after the day of the Lunar New Year
CLOSED_TRADE = 0.05  # orders on such a day, 1 on a usual one
GIFT_DAYS = (3, 12)  # before it
GIFT_TRADE = 2.6
_WEEKDAYS = (1.00, 0.95, 0.94, 0.96, 1.02, 1.05, 1.12)
_SHOP_HOURS = np.array([3, 1, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 7, 6, 6, 6, 7, 8, 10, 13, 14, 11, 6], dtype=float)
_SERVICE_HOURS = np.array([1, 0, 0, 0, 0, 0, 1, 2, 6, 12, 13, 11, 8, 10, 11, 10, 8, 5, 4, 3, 3, 2, 1, 1], dtype=float)
_OFFICE_HOURS = np.array([0] * 9 + [8, 11, 10, 4, 7, 10, 11, 10, 6] + [0] * 6, dtype=float)
HOURS = {"shop": _SHOP_HOURS, "service": _SERVICE_HOURS, "office": _OFFICE_HOURS}


def day_of(day: date) -> float:
    """The start of a day as days since FIRST_DAY.

    >>> day_of(date(2021, 1, 2))
    1.0
    """
    return float((day - FIRST_DAY).days)


def _is_closed(day: date) -> bool:
    """Whether the company is closed for the Lunar New Year: from two days before it to four after.

    >>> [_is_closed(date(2025, 1, day)) for day in (26, 27, 31)]
    [False, True, True]
    """
    return -CLOSED_DAYS[1] <= (NEW_YEARS[day.year - FIRST_DAY.year] - day).days <= CLOSED_DAYS[0]


@cache
def closed_days() -> Floats:
    """The days on which the company is closed, as days since FIRST_DAY."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((_LAST_DAY - FIRST_DAY).days)]
    return np.array([day_of(day) for day in days if _is_closed(day)])


def _festival(day: date) -> float:
    """How busy the shop is on a day for what the day is, 1 on a usual one."""
    year = day.year - FIRST_DAY.year
    to_new_year = (NEW_YEARS[year] - day).days
    to_mid_autumn = (_MID_AUTUMNS[year] - day).days
    if _is_closed(day):
        return CLOSED_TRADE
    if GIFT_DAYS[0] <= to_new_year <= GIFT_DAYS[1]:
        return GIFT_TRADE
    if 3 <= to_mid_autumn <= 14:
        return 1.3
    if (day.month, day.day) == (11, 11):
        return 5.0
    if day.month == 11 and 8 <= day.day <= 12:
        return 2.2
    if (day.month, day.day) in ((12, 12), (6, 18)):
        return 2.5
    if day.month == 5 and day.day <= 10:
        return 1.25  # Mother's Day
    return 1.0


@cache
def _busy_edges() -> Floats:
    """The busy time passed at each midnight: it runs fast on busy days and meets the calendar at each quarter's end."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((_LAST_DAY - FIRST_DAY).days)]
    weights = np.array([_WEEKDAYS[day.weekday()] * _festival(day) for day in days])
    quarters = np.array([day.year * 4 + (day.month - 1) // 3 for day in days])
    for quarter in np.unique(quarters):
        inside = quarters == quarter
        weights[inside] *= inside.sum() / weights[inside].sum()
    return np.concatenate(([0.0], np.cumsum(weights)))


def busy_to_calendar(busy: Floats) -> Floats:
    """Calendar time of a time on the busy clock: even draws become days with rhythm. Keeps the order."""
    edges = _busy_edges()
    return np.asarray(np.interp(busy, edges, np.arange(len(edges), dtype=float)))


def at_hours(rng: np.random.Generator, times: Floats, kind: str) -> Floats:
    """The same days at a time of day of the ``shop``, ``service`` or ``office``."""
    weights = HOURS[kind]
    hours = rng.choice(24, size=len(times), p=weights / weights.sum())
    seconds = rng.integers(0, 3600, size=len(times))
    # a tenth of a second past, so that turning days back into seconds never rounds down into the one before
    return np.asarray(np.floor(times) + hours / 24 + (seconds + 0.1) / 86400)


@cache
def _working_hours() -> tuple[Floats, Floats]:
    """For each hour: working hours passed at its start; and the hours that are worked.

    Monday to Friday from 9 to 20, Saturday from 10 to 17, and never during the Lunar New Year.
    """
    days = np.arange((_LAST_DAY - FIRST_DAY).days)
    weekday = (days + FIRST_DAY.weekday()) % 7
    hours = np.arange(24)
    on_weekdays = (weekday < 5)[:, None] & ((hours >= 9) & (hours < 20))[None, :]
    on_saturdays = (weekday == 5)[:, None] & ((hours >= 10) & (hours < 17))[None, :]
    worked = ((on_weekdays | on_saturdays) & ~np.isin(days, closed_days())[:, None]).ravel()
    return np.concatenate(([0.0], np.cumsum(worked))), np.flatnonzero(worked).astype(float)


def after_working_hours(times: Floats, hours: Floats) -> Floats:
    """The time when ``hours`` of work have passed since ``times``: Friday 19:00 plus two hours is Saturday 11:00.

    >>> friday = day_of(date(2025, 8, 1)) + 19 / 24
    >>> saturday = after_working_hours(np.array([friday]), np.array([2.0]))[0]
    >>> round(float(saturday - day_of(date(2025, 8, 2))) * 24, 6)
    11.0
    """
    passed, worked = _working_hours()
    done = np.interp(times * 24, np.arange(len(passed), dtype=float), passed) + hours
    whole = np.floor(done).astype(np.int64)
    return np.asarray((worked[np.minimum(whole, len(worked) - 1)] + (done - whole)) / 24)


def add_months(times: Floats, months: Ints) -> Floats:
    """The same day and time ``months`` later, or the last day of that month where it is shorter."""
    day = np.datetime64(FIRST_DAY, "D") + np.floor(times).astype("m8[D]")
    month = day.astype("M8[M]")
    position = (day - month.astype("M8[D]")).astype(np.int64)
    target = month + months.astype("m8[M]")
    length = ((target + 1).astype("M8[D]") - target.astype("M8[D]")).astype(np.int64)
    moved = target.astype("M8[D]") + np.minimum(position, length - 1).astype("m8[D]")
    return np.asarray((moved - np.datetime64(FIRST_DAY, "D")).astype(float) + times % 1)


def texts(times: Floats, form: str) -> list[str]:
    """Times as a file shows them: ``second`` (2025-07-01 08:30:00), ``day`` (2025/07/01); empty for NaN.

    >>> texts(np.array([0.5, np.nan]), "second")
    ['2021-01-01 12:00:00', '']
    """
    known = ~np.isnan(times)
    seconds = np.floor(np.where(known, times, 0.0) * 86400 + 1e-4).astype("m8[s]")
    shown = np.datetime_as_string(np.datetime64(FIRST_DAY, "s") + seconds)
    if form == "day":
        shown = np.array([text[:10].replace("-", "/") for text in shown.tolist()])
    else:
        shown = np.strings.replace(shown, "T", " ")
    return [str(text) for text in np.where(known, shown, "").tolist()]
