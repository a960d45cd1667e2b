"""What buyers get a taste for: after some products they more often buy certain others.

Products are drawn for each purchase alone; tastes then rename some. Days, amounts and costs stay as they are, so
that nothing of the company but what is bought depends on tastes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crmeter.demo import company
from crmeter.demo.clock import Bools, Floats
from crmeter.demo.purchases import Purchases

_DURABLE = "器具"  # a product line that nobody takes instead of another


@dataclass(frozen=True)
class Taste:
    """Of what a customer buys in the shop after the first ``after``, ``share`` is ``then`` instead of something else;
    equipment is bought as it would have been."""

    after: str
    then: str
    share: float


TASTES = (  # the first that a purchase follows counts
    Taste("冷萃咖啡瓶裝", "冷萃咖啡瓶裝", 0.6),
    Taste("手沖壺組", "耶加雪菲水洗豆", 0.5),
)


def follow(rng: np.random.Generator, bought: Purchases) -> Purchases:
    """The purchases with products as tastes have them."""
    names = [name for name, *_ in company.PRODUCTS]
    durable = np.array([line == _DURABLE for _, line, *_ in company.PRODUCTS])
    product, free = bought.product.copy(), ~durable[bought.product]
    for taste in TASTES:
        luck = rng.random(len(bought))
        since = _first(bought, bought.product == names.index(taste.after))
        follows = free & (bought.at > since) & (luck < taste.share)
        product[follows] = names.index(taste.then)
        free &= ~follows
    return replace(bought, product=product)


def _first(bought: Purchases, which: Bools) -> Floats:
    """For each purchase when its customer first made one of ``which``; never is infinite."""
    first = np.full(int(bought.customer.max(initial=-1)) + 1, np.inf)
    np.minimum.at(first, bought.customer[which], bought.at[which])
    return np.asarray(first[bought.customer])
