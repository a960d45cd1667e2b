"""The business with companies: leads, and the sales to be decided that come of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from crmeter.demo import company
from crmeter.demo.clock import HORIZON, YEAR, Bools, Floats, Ints, at_hours
from crmeter.demo.people import GROWTH, People, arrivals, pick

LOST_LEADS = 2.6  # for each that becomes a customer
QUALIFIED = 0.5  # of lost leads
FURTHER_SALES = 0.9  # opportunities per year with a company that is a customer
WINNING = 0.46  # of those
SELLERS_PER_TEAM = 6
STAGES = ("需求確認", "報價", "議約")
_STILL_ARRIVING = 0.4  # years after the horizon whose leads may have been there before it


@dataclass(frozen=True)
class Leads:
    """One entry per lead; ``customer`` is −1 where it did not become one (yet)."""

    created: Floats
    qualified: Floats
    decided: Floats  # when it became a customer or was lost; NaN while neither
    lost: Bools
    customer: Ints
    channel: Ints
    seller: Ints

    def __len__(self) -> int:
        return len(self.created)


@dataclass(frozen=True)
class Opportunities:
    """One entry per sale to be decided; ``lead`` and ``customer`` are −1 without one."""

    lead: Ints
    customer: Ints
    seller: Ints
    created: Floats
    contacted: Floats
    closed: Floats  # NaN while open
    won: Bools
    amount: Floats
    line: Ints

    def __len__(self) -> int:
        return len(self.created)


def draw_leads(rng: np.random.Generator, people: People) -> Leads:
    """Leads created before the horizon: those of today's companies, those lost, those still on their way."""
    customer = np.flatnonzero(people.company & ~people.surge & (people.subscriber | people.shopper))
    until = HORIZON + _STILL_ARRIVING * YEAR
    beyond = np.expm1(GROWTH * until / YEAR) / np.expm1(GROWTH * HORIZON / YEAR)
    still = round(len(customer) * (beyond - 1))
    coming = HORIZON + rng.random(still) * (until - HORIZON)
    losing = arrivals(rng, round(len(customer) * LOST_LEADS * beyond), until)
    # won and lost leads wait alike, so that no season of the shop looks like a change in conversion
    decided = np.concatenate((people.start[customer], coming, losing))
    lost = np.arange(len(decided)) >= len(customer) + still
    waited = np.minimum(1.0 + rng.gamma(2.0, 17.0, len(decided)), decided * 0.9)
    created = np.minimum(at_hours(rng, decided - waited, "office"), decided - 0.05)
    qualified = np.where(~lost | (rng.random(len(decided)) < QUALIFIED), created + (decided - created) * 0.3, np.nan)
    unknown = np.full(len(decided) - len(customer), -1)
    found = Leads(
        created=created,
        qualified=np.where(qualified < HORIZON, qualified, np.nan),
        decided=np.where(decided < HORIZON, decided, np.nan),
        lost=lost,
        customer=np.concatenate((customer, unknown)),
        channel=np.concatenate((people.channel[customer], pick(rng, company.CHANNELS, len(unknown)))),
        seller=rng.integers(0, SELLERS_PER_TEAM * len(company.SALES_TEAMS), len(decided)),
    )
    kept = np.flatnonzero(found.created < HORIZON)
    kept = kept[np.argsort(found.created[kept], kind="stable")]
    return Leads(**{field.name: getattr(found, field.name)[kept] for field in fields(found)})


def draw_opportunities(rng: np.random.Generator, people: People, until: Floats, leads: Leads) -> Opportunities:
    """One opportunity per qualified lead, and further ones with the companies that are customers."""
    lead = np.flatnonzero(~np.isnan(leads.qualified))
    length = np.where(people.company & ~people.surge, np.nan_to_num(until - people.start, nan=0.0), 0.0).clip(0)
    customer = np.repeat(np.arange(len(people)), rng.poisson(FURTHER_SALES / YEAR * length))
    start = at_hours(rng, people.start[customer] + rng.random(len(customer)) * length[customer], "office")
    end = at_hours(rng, start + 3 + rng.gamma(2.2, 15.0, len(customer)), "office")
    sellers = rng.integers(0, SELLERS_PER_TEAM * len(company.SALES_TEAMS), len(customer))
    created = np.concatenate((leads.qualified[lead], start))
    closed = np.concatenate((leads.decided[lead], end))
    contacted = np.concatenate((leads.created[lead] + rng.exponential(1.0, len(lead)), start - rng.random(len(start))))
    count = len(created)
    found = Opportunities(
        lead=np.concatenate((lead, np.full(len(customer), -1))),
        customer=np.concatenate((leads.customer[lead], customer)),
        seller=np.concatenate((leads.seller[lead], sellers)),
        created=created,
        contacted=np.where(rng.random(count) < 0.12, np.nan, np.minimum(contacted, created)),
        closed=np.where(closed < HORIZON, closed, np.nan),
        won=np.concatenate((~leads.lost[lead], rng.random(len(customer)) < WINNING)),
        amount=np.round(rng.lognormal(np.log(42_000), 0.85, count) / 100) * 100,
        line=rng.integers(0, 4, count),
    )
    kept = np.flatnonzero(found.created < HORIZON)
    kept = kept[np.argsort(found.created[kept], kind="stable")]
    return Opportunities(**{field.name: getattr(found, field.name)[kept] for field in fields(found)})
