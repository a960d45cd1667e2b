"""Requests for help, how they were answered, and what surveys say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.demo import company
from crmeter.demo.clock import HORIZON, YEAR, Bools, Floats, Ints, after_working_hours, at_hours, day_of
from crmeter.demo.people import People
from crmeter.demo.stories import SlowTeam

KINDS = ("問題諮詢", "客訴", "系統異常", "其他")
COMPLAINT = KINDS.index("客訴")
INCIDENT = KINDS.index("系統異常")
YEARLY = (0.50, 0.12, 0.12, 0.06)  # requests of each kind per year of being a customer
CASE_CHANNELS: company.Weighted = (("電話", 0.30), ("LINE", 0.34), ("Email", 0.22), ("官網表單", 0.14))
PRIORITIES: company.Weighted = (("一般", 0.70), ("高", 0.22), ("緊急", 0.08))
AGENTS_PER_TEAM = 5
WORKING_HOURS_TO_ANSWER = 0.7  # median
UNANSWERED = 0.006
AT_WEEKENDS = 0.3  # of the requests of a weekday
ANSWERED_BY_BOT = 0.005
SLOW_TEAM = company.TEAMS.index("海風組")


@dataclass(frozen=True)
class Cases:
    """One entry per request. Times after the horizon are NaN."""

    customer: Ints
    kind: Ints
    opened: Floats
    answered: Floats
    resolved: Floats
    by_bot: Bools
    channel: Ints
    priority: Ints
    agent: Ints  # within the team of the customer
    minutes: Floats  # NaN where it was not noted
    reopened: Ints

    def __len__(self) -> int:
        return len(self.opened)


def draw_cases(rng: np.random.Generator, people: People, until: Floats, story: SlowTeam | None) -> Cases:
    """All requests before the horizon. ``until`` is when each customer stops being one (NaN: it never was)."""
    parts = [_usual(rng, people.start, until, kind) for kind in range(len(KINDS))]
    parts.append(_first_month(rng, people))
    extra = _complaining(rng, people, until, story)
    parts.append(extra)
    customer = np.concatenate([who for who, _ in parts])
    kinds = [np.full(len(who), kind) for kind, (who, _) in enumerate(parts[:4])]
    kind = np.concatenate((*kinds, np.full(len(parts[4][0]), INCIDENT), np.full(len(extra[0]), COMPLAINT)))
    opened = np.concatenate([at for _, at in parts])
    inside = opened < HORIZON
    customer, kind, opened = customer[inside], kind[inside], opened[inside]
    return _handled(rng, customer, kind, opened, _slow(people, customer, opened, story))


def _usual(rng: np.random.Generator, start: Floats, until: Floats, kind: int) -> tuple[Ints, Floats]:
    """Requests at an even rate while somebody is a customer, fewer at weekends."""
    length = np.nan_to_num(until - start, nan=0.0).clip(0)
    count = rng.poisson(YEARLY[kind] / YEAR * length * 7 / (5 + 2 * AT_WEEKENDS))
    customer = np.repeat(np.arange(len(start)), count)
    at = at_hours(rng, start[customer] + rng.random(len(customer)) * length[customer], "service")
    weekend = (np.floor(at) + 4) % 7 >= 5  # the first day was a Friday
    kept = (~weekend | (rng.random(len(at)) < AT_WEEKENDS)) & (at > start[customer])
    return customer[kept], at[kept]


def _first_month(rng: np.random.Generator, people: People) -> tuple[Ints, Floats]:
    """Trouble in the first month shows as an incident then."""
    customer = np.flatnonzero(people.trouble & (people.subscriber | people.shopper))
    return customer, at_hours(rng, people.start[customer] + 2 + rng.random(len(customer)) * 26, "service")


def _complaining(
    rng: np.random.Generator, people: People, until: Floats, story: SlowTeam | None
) -> tuple[Ints, Floats]:
    """Complaints of customers whose team answered slowly."""
    luck, place = rng.random(len(people)), rng.random(len(people))
    if story is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    start, end = day_of(story.start), day_of(story.end)
    there = (people.start < start) & (np.nan_to_num(until, nan=0.0) > start)
    customer = np.flatnonzero(there & (people.team == SLOW_TEAM) & (luck < story.complaining))
    last = np.minimum(until[customer], end)
    return customer, at_hours(rng, start + place[customer] * (last - start), "service")


def _slow(people: People, customer: Ints, opened: Floats, story: SlowTeam | None) -> Floats:
    """By how much the first response takes longer than usual."""
    if story is None:
        return np.ones(len(opened))
    inside = (opened >= day_of(story.start)) & (opened < day_of(story.end))
    return np.where(inside & (people.team[customer] == SLOW_TEAM), story.slower, 1.0)


def _handled(rng: np.random.Generator, customer: Ints, kind: Ints, opened: Floats, slower: Floats) -> Cases:
    count = len(opened)
    hours = rng.lognormal(np.log(WORKING_HOURS_TO_ANSWER), 0.8, count)
    hours *= slower * np.where(slower > 1, rng.lognormal(0.0, 0.5, count), 1.0)
    answered = after_working_hours(opened, hours)
    work = rng.lognormal(np.log(6.0), 0.9, count) * np.where(kind == COMPLAINT, 1.6, 1.0)
    resolved = after_working_hours(answered, work)
    silent = rng.random(count) < UNANSWERED
    answered = np.where(silent | (answered >= HORIZON), np.nan, answered)
    resolved = np.where(silent | (resolved >= HORIZON) | (rng.random(count) < 0.01), np.nan, resolved)
    minutes = np.round(rng.lognormal(np.log(14.0), 0.7, count), 1)
    return Cases(
        customer=customer,
        kind=kind,
        opened=opened,
        answered=answered,
        resolved=resolved,
        by_bot=(rng.random(count) < ANSWERED_BY_BOT) & ~np.isnan(answered),
        channel=_drawn(rng, CASE_CHANNELS, count),
        priority=_drawn(rng, PRIORITIES, count),
        agent=rng.integers(0, AGENTS_PER_TEAM, count),
        minutes=np.where(np.isnan(resolved) | (rng.random(count) < 0.06), np.nan, minutes),
        reopened=np.where(np.isnan(resolved), 0, rng.poisson(0.06, count)),
    )


def _drawn(rng: np.random.Generator, weighted: company.Weighted, count: int) -> Ints:
    weights = np.array([weight for _, weight in weighted])
    return rng.choice(len(weights), size=count, p=weights / weights.sum())
