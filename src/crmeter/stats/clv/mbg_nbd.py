"""MBG/NBD (Batislam, Denizel and Filiztekin 2007): customers may leave after each order, the first one too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from crmeter.stats.clv.beta_dropout import BetaDropout
from crmeter.stats.clv.histories import Histories


@dataclass(frozen=True)
class MbgNbd(BetaDropout):
    """Rates of ordering: gamma (``r``, ``alpha`` in days); chances to leave after any order: beta (``a``, ``b``)."""

    occasions_of_first_order: ClassVar[int] = 1


def fit(histories: Histories, weights: ArrayLike | None = None) -> MbgNbd:
    """MBG/NBD by maximum likelihood; see ``BetaDropout.fitted``."""
    return MbgNbd.fitted(histories, weights)
