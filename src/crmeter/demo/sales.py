"""The business with companies: leads, and the sales to be decided that come of them."""

from __future__ import annotations

from dataclasses import dataclass

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
    converted: Floats
    customer: Ints
    channel: Ints
    seller: Ints
    lost: Bools

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
    span = np.expm1(GROWTH * HORIZON / YEAR)
    still = round(len(customer) * np.exp(GROWTH * HORIZON / YEAR) * np.expm1(GROWTH * _STILL_ARRIVING) / span)
    lost_count = round(len(customer) * LOST_LEADS)
    coming = HORIZON + rng.random(still) * _STILL_ARRIVING * YEAR
    start = np.concatenate((people.start[customer], coming))
    waited = np.minimum(1.0 + rng.gamma(2.0, 17.0, len(start)), start * 0.9)
    lost_at = arrivals(rng, lost_count)
    created = at_hours(rng, np.concatenate((np.maximum(start - waited - 1, 0.0), lost_at)), "office")
    created = np.where(
        np.arange(len(created)) < len(start), np.minimum(created, np.append(start, lost_at) - 0.01), created
    )
    qualifying = np.concatenate((np.ones(len(start), dtype=bool), rng.random(lost_count) < QUALIFIED))
    qualified = created + np.concatenate((waited * 0.3, rng.gamma(2.0, 5.0, lost_count)))
    converted = np.concatenate((start, np.full(lost_count, np.nan)))
    found = Leads(
        created=created,
        qualified=np.where(qualifying & (qualified < HORIZON), qualified, np.nan),
        converted=np.where(converted < HORIZON, converted, np.nan),
        customer=np.concatenate((customer, np.full(still + lost_count, -1))),
        channel=np.concatenate((people.channel[customer], pick(rng, company.CHANNELS, still + lost_count))),
        seller=rng.integers(0, SELLERS_PER_TEAM * len(company.SALES_TEAMS), len(created)),
        lost=np.concatenate((np.zeros(len(start), dtype=bool), created[len(start) :] + 75 < HORIZON)),
    )
    kept = np.flatnonzero(found.created < HORIZON)
    kept = kept[np.argsort(found.created[kept], kind="stable")]
    return Leads(**{name: getattr(found, name)[kept] for name in found.__dataclass_fields__})


def draw_opportunities(rng: np.random.Generator, people: People, until: Floats, leads: Leads) -> Opportunities:
    """One opportunity per qualified lead, and further ones with the companies that are customers."""
    lead = np.flatnonzero(~np.isnan(leads.qualified))
    won = leads.customer[lead] >= 0
    decided = leads.qualified[lead] + 4 + rng.gamma(2.0, 16.0, len(lead))
    closed = np.where(won, leads.converted[lead], np.where(leads.lost[lead], decided, HORIZON))
    length = np.where(people.company & ~people.surge, np.nan_to_num(until - people.start, nan=0.0), 0.0).clip(0)
    customer = np.repeat(np.arange(len(people)), rng.poisson(FURTHER_SALES / YEAR * length))
    created = at_hours(rng, people.start[customer] + rng.random(len(customer)) * length[customer], "office")
    count = len(lead) + len(customer)
    all_created = np.concatenate((leads.qualified[lead], created))
    all_closed = np.concatenate((closed, at_hours(rng, created + 3 + rng.gamma(2.2, 15.0, len(customer)), "office")))
    contacted = np.concatenate(
        (leads.created[lead] + rng.exponential(1.0, len(lead)), created - rng.random(len(customer)))
    )
    contacted = np.minimum(contacted, all_created)
    return Opportunities(
        lead=np.concatenate((lead, np.full(len(customer), -1))),
        customer=np.concatenate((leads.customer[lead], customer)),
        seller=np.concatenate((leads.seller[lead], people.region[customer] + people.industry[customer] % 6)) % 12,
        created=all_created,
        contacted=np.where(rng.random(count) < 0.12, np.nan, contacted),
        closed=np.where(all_closed < HORIZON, all_closed, np.nan),
        won=np.concatenate((won, rng.random(len(customer)) < WINNING)),
        amount=np.round(rng.lognormal(np.log(42_000), 0.85, count) / 100) * 100,
        line=rng.integers(0, 4, count),
    )
