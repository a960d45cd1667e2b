"""Buyers abroad, who pay in their own money, and the rates of the day with a stretch that nobody delivered.

The rates are made up: they wander where such rates have been.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from crmeter.demo.cells import Cells
from crmeter.demo.clock import FIRST_DAY, HORIZON, Floats, Ints, day_of
from crmeter.demo.files import Sheet
from crmeter.demo.people import People

HOME = "TWD"
# currency, share of buyers in the shop, first rate in TWD, last rate, decimals of its amounts and of its rates
ABROAD = (("USD", 0.015, 28.1, 31.4, 2, 3), ("JPY", 0.015, 0.272, 0.206, 0, 4))
CURRENCIES = (HOME, *(name for name, *_ in ABROAD))
GAP = ("JPY", date(2025, 10, 6), date(2025, 11, 3))  # no rate on these days, the last not included


def draw_currencies(rng: np.random.Generator, people: People) -> Ints:
    """The position of each customer's currency in CURRENCIES."""
    luck = rng.random(len(people))
    edges = np.cumsum([share for _, share, *_ in ABROAD])
    return np.where(people.surge, 0, (np.searchsorted(edges, luck, side="right") + 1) % len(CURRENCIES))


def draw_rates(rng: np.random.Generator) -> Floats:
    """TWD for one of each of CURRENCIES on each day."""
    days = int(HORIZON)
    rates = [np.ones(days)]
    for _, _, first, last, _, digits in ABROAD:
        steps = np.cumsum(rng.normal(0.0, 0.0028, days))
        drift = np.linspace(0.0, 1.0, days)
        bridge = steps - drift * steps[-1] + drift * np.log(last / first)
        rates.append(np.round(first * np.exp(bridge), digits))
    return np.array(rates)


def convert(amounts: Floats, currency: Ints, at: Floats, rates: Floats, home_digits: int) -> Cells:
    """Amounts in TWD as the shop notes them: in the currency of the buyer at the rate of the day."""
    day = np.minimum(at, HORIZON - 1).astype(np.int64)
    foreign = amounts / rates[currency, day]
    digits = [home_digits, *(digits for *_, digits, _ in ABROAD)]
    return [f"{amount:.{digits[which]}f}" for amount, which in zip(foreign.tolist(), currency.tolist(), strict=True)]


def rate_sheet(rates: Floats) -> Sheet:
    """The rates of working days, one row for each currency and day, without those of the gap."""
    sheet: dict[str, Cells] = {header: [] for header in ("日期", "幣別", "本位幣", "匯率")}
    for number in range(int(HORIZON)):
        day = FIRST_DAY + timedelta(days=number)
        for which, (name, *_, digits) in enumerate(ABROAD, 1):
            if day.weekday() > 4 or (name == GAP[0] and day_of(GAP[1]) <= number < day_of(GAP[2])):
                continue
            for header, cell in zip(sheet, (str(day), name, HOME, f"{rates[which, number]:.{digits}f}"), strict=True):
                sheet[header].append(cell)
    return sheet
