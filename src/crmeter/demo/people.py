"""The customers of the demo company: when each one came, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from crmeter.demo import company
from crmeter.demo.clock import HORIZON, YEAR, Bools, Floats, Ints, at_hours, busy_to_calendar, day_of
from crmeter.demo.stories import Onboarding, Plot

GROWTH = 0.21  # new customers grow by this a year (continuously)


@dataclass(frozen=True)
class People:
    """One entry per customer. ``start`` is the first contract or order; attributes are positions in their lists."""

    start: Floats
    subscriber: Bools
    shopper: Bools
    company: Bools
    channel: Ints
    region: Ints
    segment: Ints
    team: Ints
    industry: Ints
    surge: Bools  # came with the group-buy offer
    trouble: Bools  # had trouble in the first month

    def __len__(self) -> int:
        return len(self.start)

    def pick(self, index: Ints | Bools) -> People:
        """Some of the customers."""
        return People(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


def pick(rng: np.random.Generator, weighted: company.Weighted, count: int) -> Ints:
    """Positions drawn with the weights of the list."""
    weights = np.array([weight for _, weight in weighted])
    return rng.choice(len(weighted), size=count, p=weights / weights.sum())


def arrivals(rng: np.random.Generator, count: int, until: float = HORIZON) -> Floats:
    """Times of arrival between the first day and ``until``, growing by GROWTH a year."""
    span = until / YEAR
    years = np.log1p(rng.random(count) * np.expm1(GROWTH * span)) / GROWTH
    return at_hours(rng, busy_to_calendar(years * YEAR), "shop")


def draw_people(rng: np.random.Generator, count: int, plot: Plot) -> People:
    """The customers of one run. Drawn alike whatever the stories are; the stories then change some of them."""
    start = arrivals(rng, count)
    subscriber = rng.random(count) < company.SUBSCRIBER_SHARE
    cross_buyer = rng.random(count) < company.CROSS_BUYER_SHARE
    registered_only = rng.random(count) < company.REGISTERED_ONLY_SHARE
    channel = pick(rng, company.CHANNELS, count)
    surge = np.zeros(count, dtype=bool)
    surge_days = rng.random(count)
    if plot.cheap_channel:
        story = plot.cheap_channel
        surge[: round(story.surge * count)] = True
        days = day_of(story.start) + np.floor(surge_days * (day_of(story.end) - day_of(story.start)))
        start = np.where(surge, days + start % 1, start)
        channel = np.where(surge, [name for name, _ in company.CHANNELS].index("團購"), channel)
        subscriber &= ~surge
        registered_only &= ~surge
    return People(
        start=start,
        subscriber=subscriber & ~registered_only,
        shopper=(~subscriber | cross_buyer) & ~registered_only,
        company=rng.random(count) < company.COMPANY_SHARE,
        channel=channel,
        region=pick(rng, company.REGIONS, count),
        segment=pick(rng, company.SEGMENTS, count),
        team=rng.integers(0, len(company.TEAMS), size=count),
        industry=pick(rng, company.INDUSTRIES, count),
        surge=surge,
        trouble=_trouble(rng.random(count), start, subscriber, plot.onboarding),
    )


def _trouble(luck: Floats, start: Floats, subscriber: Bools, story: Onboarding | None) -> Bools:
    share = np.full(len(luck), Onboarding.usual_share)
    if story:
        migrated = subscriber & (start >= day_of(story.start)) & (start < day_of(story.end))
        share[migrated] = story.share
    return luck < share
