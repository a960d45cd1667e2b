"""BG/NBD (Fader, Hardie and Lee 2005): customers may leave after each repeat order.

One who has not ordered again counts as active for sure, however long ago the first order was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from crmeter.stats.clv.beta_dropout import BetaDropout
from crmeter.stats.clv.histories import Histories


@dataclass(frozen=True)
class BgNbd(BetaDropout):
    """Rates of ordering: gamma (``r``, ``alpha`` in days); chances to leave after a repeat order: beta (``a``, ``b``).

    >>> even = BgNbd.of(1, 1, 1, 1)  # then log(1 + days) are expected
    >>> even.expected_orders_of_new([1, 39]).round(6).tolist()
    [0.693147, 3.688879]
    """

    occasions_of_first_order: ClassVar[int] = 0


def fit(histories: Histories, weights: ArrayLike | None = None) -> BgNbd:
    """BG/NBD by maximum likelihood; see ``BetaDropout.fitted``."""
    return BgNbd.fitted(histories, weights)
