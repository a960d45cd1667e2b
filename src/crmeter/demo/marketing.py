"""Campaigns, spend and what happened: the calendar of a shop in Taiwan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from crmeter.demo.clock import FIRST_DAY, HORIZON, HORIZON_DAY, NEW_YEARS, YEAR, Floats, Ints, day_of
from crmeter.demo.people import GROWTH
from crmeter.demo.purchases import PRICE_CHANGE, PRICE_FACTOR
from crmeter.demo.stories import Plot

# name, kind, channel, target segment, month, day, days
_YEARLY = (
    ("母親節暖心組", "節慶促銷", "Facebook", "", 4, 25, 16),
    ("618 年中慶", "檔期促銷", "Google 廣告", "", 6, 12, 8),
    ("中秋濾掛禮盒", "節慶促銷", "LINE", "銀卡會員", 9, 1, 18),
    ("雙 11 購物節", "檔期促銷", "Google 廣告", "", 11, 5, 9),
    ("雙 12 年終回饋", "檔期促銷", "Facebook", "", 12, 8, 6),
)
_PAID = (("Google 廣告", 110.0), ("Facebook", 95.0), ("LINE", 60.0), ("團購", 18.0))  # TWD a new customer, each week
_MONTHLY = (
    ("sales", "salary", "", 170.0),
    ("marketing", "salary", "", 90.0),
    ("marketing", "tool", "", 35.0),
    ("sales", "event", "", 30.0),
)


MESSAGE_PRICE = 55  # TWD for each person written to by e-mail, vouchers included


@dataclass(frozen=True)
class Campaign:
    """One campaign, from its first day to its last."""

    campaign_id: str
    name: str
    kind: str
    channel: str
    target: str
    start: date
    last: date


@dataclass(frozen=True)
class Spend:
    """One bill."""

    on: date
    amount: int
    function: str
    category: str
    channel: str
    campaign_id: str


def campaigns(plot: Plot, others: list[Campaign]) -> list[Campaign]:
    """The campaigns of the five years and ``others``, first to last and numbered."""
    found = [("", o.name, o.kind, o.channel, o.target, o.start, o.last) for o in others]
    for year in range(FIRST_DAY.year, HORIZON_DAY.year):
        for name, kind, channel, target, month, day, days in _YEARLY:
            start = date(year, month, day)
            found.append(("", f"{year} {name}", kind, channel, target, start, start + timedelta(days=days - 1)))
        gifts = NEW_YEARS[year - FIRST_DAY.year] - timedelta(days=21)
        last = gifts + timedelta(days=18)
        found.append(("", f"{year} 春節禮盒預購", "節慶促銷", "LINE", "金卡會員", gifts, last))
    if plot.cheap_channel:
        story = plot.cheap_channel
        last = story.end - timedelta(days=1)
        found.append(("", "2024 揪團嚐鮮價", "團購合作", "團購", "", story.start, last))
    found.sort(key=lambda row: row[5])
    return [Campaign(f"M{number:03d}", *row[1:]) for number, row in enumerate(found, 1)]


def draw_responses(rng: np.random.Generator, times: Floats, of: list[Campaign], share: float) -> Ints:
    """For each time the position of a campaign that ran then, for a ``share`` of them; −1 for the others."""
    position = np.full(len(times), -1)
    for number, campaign in enumerate(of):
        if campaign.channel == "Email":
            continue  # its tool knows whom it wrote to
        position[(times >= day_of(campaign.start)) & (times < day_of(campaign.last) + 1)] = number
    return np.where(rng.random(len(times)) < share, position, -1)


def draw_spend(rng: np.random.Generator, customers: int, of: list[Campaign], messages: Ints) -> list[Spend]:
    """Weekly bills of the paid channels, monthly ones of people and tools, one for each campaign.

    ``messages`` are the people whom each campaign wrote to.
    """
    whole = np.expm1(GROWTH * HORIZON / YEAR)

    def arriving(day: date, days: float) -> float:
        """New customers to be expected in the days from ``day``."""
        return float(customers * np.exp(GROWTH * day_of(day) / YEAR) * GROWTH * days / YEAR / whole)

    found = []
    for number in range(int(HORIZON // 7)):
        day = FIRST_DAY + timedelta(days=7 * number + 3)
        for channel, price in _PAID:
            amount = arriving(day, 7) * price * rng.lognormal(0.0, 0.15)
            found.append(Spend(day, round(amount), "marketing", "advertising", channel, ""))
    for month in range(60):
        last = date(2021 + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
        for function, category, channel, price in _MONTHLY:
            amount = arriving(last, 30.4) * price * rng.lognormal(0.0, 0.04)
            found.append(Spend(last, round(amount), function, category, channel, ""))
    for campaign in of:
        amount = arriving(campaign.start, 30) * 70 * rng.lognormal(0.0, 0.2)
        if campaign.channel == "Email":
            amount = float(MESSAGE_PRICE * messages[int(campaign.campaign_id[1:]) - 1])
        bill = Spend(campaign.last, round(amount), "marketing", "promotion", campaign.channel, campaign.campaign_id)
        found.append(bill)
    return sorted(found, key=lambda bill: (bill.on, bill.function, bill.category, bill.channel))


def happenings(plot: Plot, of: list[Campaign]) -> list[tuple[date, str, str]]:
    """Day, kind and title of what happened."""
    found = [(campaign.start, "campaign", campaign.name) for campaign in of]
    found += [(day, "holiday", f"{day.year} 農曆春節") for day in NEW_YEARS if day < HORIZON_DAY]
    found.append((date(2023, 5, 15), "system_upgrade", "官網改版上線"))
    found.append((PRICE_CHANGE, "price_change", f"商店全品項調漲 {PRICE_FACTOR - 1:.0%}"))
    if plot.upgrade:
        found.append((plot.upgrade.start, "system_upgrade", "CRM 升級:新介面與行動版"))
    if plot.onboarding:
        found.append((plot.onboarding.start, "system_upgrade", "訂閱開通系統轉換"))
    return sorted(found)
