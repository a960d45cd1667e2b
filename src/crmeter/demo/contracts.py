"""Subscriptions: a minimum term of three months, then month by month; an invoice each month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.demo import company
from crmeter.demo.cells import numbered
from crmeter.demo.clock import HORIZON, Bools, Floats, Ints, add_months, at_hours, day_of
from crmeter.demo.people import People
from crmeter.demo.stories import Help, Onboarding

MINIMUM_MONTHS = 3
MONTHLY_LEAVING = 0.011  # of those past the minimum term
RETURNING = 0.12  # of those who left, with a new contract months later
CHANGING_PLAN = 0.15  # of contracts long enough to
NOTICE_DAYS = 30  # an end is known so long before


@dataclass(frozen=True)
class Contracts:
    """One entry per contract; ``end`` is the first day not covered, NaN while nobody has given notice."""

    customer: Ints
    start: Floats
    end: Floats
    plan: Ints
    changed: Bools  # ended because the next contract replaced it

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Invoices:
    """One entry per monthly invoice; ``contract`` is the position in Contracts."""

    contract: Ints
    at: Floats
    amount: Floats


def draw_contracts(
    rng: np.random.Generator, people: People, story: Onboarding | None, help: Help | None = None
) -> Contracts:
    """All contracts that start before the horizon, in no order. Help moves the ends of those who are helped alone."""
    customer = np.flatnonzero(people.subscriber)
    start = people.start[customer]
    helpable = np.zeros(len(customer), dtype=bool)
    if help:
        helpable = people.trouble[customer] & (start >= day_of(help.start)) & (start < day_of(help.end))
    helped = np.array([help is not None and help.chosen(number) for number in numbered("C", customer)], dtype=bool)
    months = _months(rng, people.trouble[customer], story, helpable & helped, help)
    end = add_months(start, months)
    back = (rng.random(len(customer)) < RETURNING) & ~people.trouble[customer]
    again = at_hours(rng, end + 60 + rng.gamma(2.0, 90.0, len(customer)), "shop")
    again_months = _months(rng, np.zeros(len(customer), dtype=bool), story)
    chosen = _plans(rng, people.company[customer])
    back &= again < HORIZON
    return _with_changes(
        rng,
        Contracts(
            customer=np.concatenate((customer, customer[back])),
            start=np.concatenate((start, again[back])),
            end=np.concatenate((end, add_months(again, again_months)[back])),
            plan=np.concatenate((chosen, chosen[back])),
            changed=np.zeros(len(customer) + int(back.sum()), dtype=bool),
        ),
        people.company,
        np.concatenate((helpable, np.zeros(int(back.sum()), dtype=bool))),
    )


def _months(
    rng: np.random.Generator,
    trouble: Bools,
    story: Onboarding | None,
    helped: Bools | None = None,
    help: Help | None = None,
) -> Ints:
    """How many months each contract runs."""
    leaving = np.full(len(trouble), Onboarding.usual_leaving)
    if story:
        leaving[trouble] = story.leaving
    if help and helped is not None:
        leaving[helped] = help.leaving
    at_first_term = rng.random(len(trouble)) < leaving
    further = rng.geometric(MONTHLY_LEAVING, len(trouble))
    return np.where(at_first_term, MINIMUM_MONTHS, MINIMUM_MONTHS + np.minimum(further, 70)).astype(np.int64)


def _plans(rng: np.random.Generator, is_company: Bools) -> Ints:
    people, firms = (np.cumsum([plan[which] for plan in company.PLANS]) for which in (2, 3))
    luck = rng.random(len(is_company))
    found = np.where(is_company, np.searchsorted(firms, luck), np.searchsorted(people, luck))
    return np.minimum(found, len(company.PLANS) - 1).astype(np.int64)


def _with_changes(rng: np.random.Generator, contracts: Contracts, is_company: Bools, helpable: Bools) -> Contracts:
    """Some contracts in two parts, the second on another plan from the day on which the first ends. Nobody who may be
    helped changes: contracts are numbered alike whoever is."""
    changes = (rng.random(len(contracts)) < CHANGING_PLAN) & (contracts.end - contracts.start > 300) & ~helpable
    after = rng.integers(4, 9, len(contracts))
    turn = add_months(contracts.start, after)
    changes &= turn < HORIZON
    other = _plans(rng, is_company[contracts.customer])
    return _seen_from_horizon(
        Contracts(
            customer=np.concatenate((contracts.customer, contracts.customer[changes])),
            start=np.concatenate((contracts.start, turn[changes])),
            end=np.concatenate((np.where(changes, turn, contracts.end), contracts.end[changes])),
            plan=np.concatenate((contracts.plan, other[changes])),
            changed=np.concatenate((changes, np.zeros(int(changes.sum()), dtype=bool))),
        )
    )


def _seen_from_horizon(contracts: Contracts) -> Contracts:
    """Ends that nobody has announced yet are not known."""
    known = contracts.end < HORIZON + NOTICE_DAYS
    end = np.where(known, contracts.end, np.nan)
    return Contracts(contracts.customer, contracts.start, end, contracts.plan, contracts.changed)


def draw_invoices(contracts: Contracts) -> Invoices:
    """An invoice at the start of each month of each contract, before the horizon."""
    last = np.minimum(np.nan_to_num(contracts.end, nan=HORIZON), HORIZON)
    most = np.ceil((last - contracts.start) / 28).astype(np.int64).clip(1)
    contract = np.repeat(np.arange(len(contracts)), most)
    first = np.concatenate(([0], np.cumsum(most)[:-1]))
    number = np.arange(len(contract)) - np.repeat(first, most)
    at = add_months(contracts.start[contract], number)
    due = at < last[contract]
    prices = np.array([price for _, price, _, _ in company.PLANS], dtype=float)
    return Invoices(contract[due], at[due], prices[contracts.plan[contract[due]]])
