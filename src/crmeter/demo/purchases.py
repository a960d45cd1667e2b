"""What customers buy in the shop: each buys at a rate of its own until, after some purchase, it never does again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from crmeter.demo import company
from crmeter.demo.clock import HORIZON, YEAR, Floats, Ints, at_hours, busy_to_calendar, day_of
from crmeter.demo.people import People
from crmeter.demo.stories import CheapChannel

MOST_PURCHASES = 120  # of one customer
REFUND_SHARE = 0.03
PRICE_CHANGE = date(2024, 7, 1)
PRICE_FACTOR = 1.06  # of all prices in the shop, from that day on


@dataclass(frozen=True)
class Purchases:
    """One entry per purchase; ``customer`` is the position in People. A refund repeats its purchase with ``refund``."""

    customer: Ints
    at: Floats
    product: Ints
    amount: Floats
    cost: Floats
    refunded_at: Floats  # NaN where it was not

    def __len__(self) -> int:
        return len(self.at)

    def and_(self, more: Purchases) -> Purchases:
        """These purchases, and then the others."""
        return Purchases(
            **{f.name: np.concatenate((getattr(self, f.name), getattr(more, f.name))) for f in fields(self)}
        )


def draw_purchases(rng: np.random.Generator, people: People, story: CheapChannel | None) -> Purchases:
    """All purchases before the horizon, in no order."""
    customer, at = _moments(rng, people, story)
    return price(rng, people, customer, at, story)


def price(
    rng: np.random.Generator, people: People, customer: Ints, at: Floats, story: CheapChannel | None
) -> Purchases:
    """What each customer buys at each time, for how much, and what comes back."""
    count = len(at)
    prices = np.array([price for _, _, price, _ in company.PRODUCTS], dtype=float)
    product = rng.choice(len(prices), size=count, p=[share for *_, share in company.PRODUCTS])
    # heavy tail: a few orders are ten times the usual; companies buy more at once; the fourth quarter sells gifts
    size = rng.lognormal(0.0, 0.55, count) * (1 + rng.pareto(3.2, count) * 0.35)
    size *= np.where(people.company[customer], 2.2, 1.0) * (1 + 0.14 * _in_gift_season(at))
    size *= np.where(at >= day_of(PRICE_CHANGE), PRICE_FACTOR, 1.0)
    if story:
        size = np.where(people.surge[customer], size * story.price, size)
    amount = np.maximum(np.round(prices[product] * size / 5) * 5, 60.0)
    refunded_at = np.where(rng.random(count) < REFUND_SHARE, at + 1 + rng.exponential(4.0, count), np.nan)
    return Purchases(
        customer=customer,
        at=at,
        product=product,
        amount=amount,
        cost=np.round(amount * rng.normal(0.56, 0.04, count).clip(0.4, 0.75), 2),
        refunded_at=np.where(refunded_at < HORIZON, refunded_at, np.nan),
    )


def _moments(rng: np.random.Generator, people: People, story: CheapChannel | None) -> tuple[Ints, Floats]:
    """Customer and time of each purchase: gamma rates, beta chances to drop out after each (BG/NBD)."""
    buyers = np.flatnonzero(people.shopper)
    rate = rng.gamma(2.5, 4.4 / 2.5, len(buyers)) / YEAR
    dropping_out = rng.beta(1.3, 4.2, len(buyers))
    if story:
        dropping_out = np.where(people.surge[buyers], story.dropping_out, dropping_out)
    # one uniform number per buyer, turned into the number of purchases: stories change its meaning, not the stream
    count = 1 + np.floor(np.log(rng.random(len(buyers))) / np.log1p(-dropping_out.clip(1e-6, 0.999)))
    count = np.minimum(count, MOST_PURCHASES).astype(np.int64)
    customer = np.repeat(buyers, count)
    gaps = rng.exponential(1.0, len(customer)) / np.repeat(rate, count)
    first = np.concatenate(([0], np.cumsum(count)[:-1]))
    gaps[first] = 0.0
    elapsed = np.cumsum(gaps)
    waited = elapsed - np.repeat(elapsed[first], count)
    start = people.start[customer]
    at = np.where(waited == 0, start, at_hours(rng, busy_to_calendar(np.minimum(start + waited, HORIZON + 9)), "shop"))
    inside = at < HORIZON
    return customer[inside], at[inside]


def _in_gift_season(at: Floats) -> Floats:
    """1 in the fourth quarter, 0 else."""
    return np.asarray((at % YEAR > 273.5).astype(float))
