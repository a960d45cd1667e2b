"""Whom campaigns wrote to, what became of it, and the two trials with a control group.

The marketing tool has been in use since LOGGED. Whoever is in a trial is drawn by lot into arm A, B or the control
group, which is noted like the others but gets nothing. A conversion is the first purchase within the window, counted in
all arms alike; what the trial caused is the difference to the control group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from crmeter.demo.clock import HORIZON, LOGGED, Bools, Floats, Ints, at_hours, day_of
from crmeter.demo.marketing import Campaign
from crmeter.demo.people import People
from crmeter.demo.purchases import Purchases, price
from crmeter.demo.sales import Leads
from crmeter.demo.stories import Plot, Voucher

ARMS = ("A", "B", "對照組")
CONTROL = ARMS.index("對照組")
VOUCHER, NEWSLETTER, TASTING = "老友回購折價券", "生豆知識電子報", "辦公室試飲邀請"
TASTINGS = (date(2024, 9, 10), date(2025, 9, 9))  # the campaigns for leads
REACHED = 0.1  # of present customers, by each campaign of the year
IN_TRIAL = 0.9  # of present buyers, by the voucher and by the newsletter
_DELIVERED, _OPENED, _CLICKED, _UNSUBSCRIBED = 0.96, 0.45, 0.3, 0.006  # each of those before; the last of delivered


@dataclass(frozen=True)
class Outreach:
    """One entry per person written to; ``customer`` or ``lead`` is −1, ``arm`` too outside of trials.

    Times are NaN where it did not happen; ``bought`` is the position of the purchase that counts as conversion, or −1.
    """

    campaign: Ints
    customer: Ints
    lead: Ints
    arm: Ints
    sent: Floats
    delivered: Floats
    opened: Floats
    clicked: Floats
    left: Floats
    bought: Ints

    def __len__(self) -> int:
        return len(self.sent)


def trials(plot: Plot) -> list[Campaign]:
    """The campaigns of the marketing tool beside the shop's calendar. They run with and without a story."""
    told = plot.voucher or Voucher()
    days = timedelta(days=told.days - 1)
    tastings = [
        Campaign("", f"{day.year} {TASTING}", "企業開發", "Email", "企業名單", day, day + timedelta(days=20))
        for day in TASTINGS
    ]
    return [
        Campaign("", f"2025 {VOUCHER}", "回購優惠", "Email", "", told.voucher, told.voucher + days),
        Campaign("", f"2025 {NEWSLETTER}", "電子報", "Email", "", told.newsletter, told.newsletter + days),
        *tastings,
    ]


def draw_extra(
    rng: np.random.Generator, people: People, until: Floats, bought: Purchases, of: list[Campaign], plot: Plot
) -> tuple[Outreach, Purchases]:
    """The people in the two trials, and what the voucher made them buy; conversions are not counted yet."""
    there = np.flatnonzero(people.shopper & ~people.surge)
    parts, extra = [], None
    for name in (VOUCHER, NEWSLETTER):
        number = next(n for n, campaign in enumerate(of) if campaign.name.endswith(name))
        start = day_of(of[number].start)
        present = there[(people.start[there] < start - 30) & (np.nan_to_num(until[there], nan=0.0) > start + 60)]
        chosen = present[rng.random(len(present)) < IN_TRIAL]
        arm = rng.permutation(np.arange(len(chosen)) % len(ARMS))
        part = _write_to(rng, number, chosen, arm, start)
        luck, after = rng.random(len(chosen)), rng.gamma(2.0, 4.0, len(chosen)).clip(0.5, 28.0)
        parts.append(part)
        if name == VOUCHER:
            buying = np.array([*(plot.voucher.buying if plot.voucher else (0.0, 0.0)), 0.0])[arm]
            persuaded = luck < buying
            at = at_hours(rng, part.sent + 1 + after, "shop")[persuaded]
            extra = price(rng, people, chosen[persuaded], at, plot.cheap_channel)
    assert extra is not None
    return _joined(parts), extra


def draw_usual(rng: np.random.Generator, people: People, until: Floats, leads: Leads, of: list[Campaign]) -> Outreach:
    """The people whom all other campaigns since LOGGED wrote to."""
    parts = []
    for number, campaign in enumerate(of):
        start = day_of(campaign.start)
        if campaign.start < LOGGED or campaign.name.endswith((VOUCHER, NEWSLETTER)) or campaign.channel == "團購":
            continue
        if campaign.name.endswith(TASTING):
            undecided = np.nan_to_num(leads.decided, nan=HORIZON) > start + 30
            lead = np.flatnonzero((leads.created < start) & undecided)
            parts.append(_to_leads(_write_to(rng, number, lead, np.full(len(lead), -1), start)))
            continue
        present = np.flatnonzero((people.start < start) & (np.nan_to_num(until, nan=0.0) > start))
        chosen = present[rng.random(len(present)) < REACHED]
        parts.append(_write_to(rng, number, chosen, np.full(len(chosen), -1), start))
    return _joined(parts)


def _write_to(rng: np.random.Generator, campaign: int, customer: Ints, arm: Ints, start: float) -> Outreach:
    """Everybody is written to on the first day, except the control group, of which only that is noted."""
    count = len(customer)
    sent = at_hours(rng, np.full(count, start), "office")
    steps = rng.random((4, count))
    delivered = (steps[0] < _DELIVERED) & (arm != CONTROL)
    opened = delivered & (steps[1] < _OPENED)
    clicked = opened & (steps[2] < _CLICKED)
    waits = rng.exponential(1.0, (3, count)).clip(0, 8)
    read = sent + 0.01 + waits[0]
    return Outreach(
        campaign=np.full(count, campaign),
        customer=customer,
        lead=np.full(count, -1),
        arm=arm,
        sent=sent,
        delivered=_when(delivered, sent + 0.0005),
        opened=_when(opened, read),
        clicked=_when(clicked, read + 0.002 + waits[1] * 0.01),
        left=_when(delivered & (steps[3] < _UNSUBSCRIBED), read + 0.003 + waits[2] * 0.01),
        bought=np.full(count, -1),
    )


def _when(holds: Bools, at: Floats) -> Floats:
    return np.where(holds & (at < HORIZON), at, np.nan)


def _to_leads(part: Outreach) -> Outreach:
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    return Outreach(**values | {"lead": part.customer, "customer": np.full(len(part), -1)})


def _joined(parts: list[Outreach]) -> Outreach:
    return Outreach(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Outreach)})


def convert(usual: Outreach, trial: Outreach, bought: Purchases, booked: Ints, window: int) -> tuple[Outreach, Ints]:
    """Note for each person the first purchase within the window, and for each purchase its campaign.

    Outside of trials it must name the campaign (``booked``: a position for each purchase, −1 without one). In a trial
    every purchase counts; those of the control group name no campaign, for nobody told them of one.
    """
    campaign = booked.copy()
    found = _first_within(trial, bought, window)
    told = (found >= 0) & (trial.arm != CONTROL)
    campaign[found[told]] = trial.campaign[told]
    first = _first_within(usual, bought, window)
    own = np.where(first >= 0, campaign[first], -1) == usual.campaign
    together = _joined([usual, trial])
    values = {field.name: getattr(together, field.name) for field in fields(together)}
    return Outreach(**values | {"bought": np.concatenate((np.where(own, first, -1), found))}), campaign


def _first_within(written: Outreach, bought: Purchases, window: int) -> Ints:
    """The position of each person's first purchase within ``window`` days of the message, or −1."""
    order = np.lexsort((bought.at, bought.customer))
    # customer and time as one number that sorts like the pair
    place = bought.customer[order] * 10_000.0 + bought.at[order]
    wanted = written.customer * 10_000.0 + written.sent
    after = np.searchsorted(place, wanted, side="right")
    inside = (after < len(place)) & (written.customer >= 0)
    after = np.minimum(after, len(place) - 1)
    inside &= place[after] <= wanted + window
    return np.where(inside, order[after], -1)


def steps_of(written: Outreach) -> Iterator[tuple[str, Floats]]:
    """What can happen to a message, in words of the marketing tool, and when it did."""
    yield "寄送", written.sent
    yield "送達", written.delivered
    yield "開信", written.opened
    yield "點擊", np.where(written.lead < 0, written.clicked, np.nan)
    yield "回應", np.where(written.lead >= 0, written.clicked, np.nan)
    yield "退訂", written.left
