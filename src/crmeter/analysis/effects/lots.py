"""Lots: who is treated, drawn from a seed, so that nobody chooses and everybody can draw them again."""

from __future__ import annotations

import hashlib

from crmeter.analysis.effects.designs import CONTROL, TREATED

_WHOLE = 2**64


def drawn(lots: str, customer: str, share: float) -> str:
    """Treated or control: the same for the same seed and customer, whoever else there is, now or later.

    >>> sum(drawn("a seed", str(number), 0.5) == "treated" for number in range(1_000))
    498
    """
    number = int.from_bytes(hashlib.sha256(f"{lots}:{customer}".encode()).digest()[:8])
    return TREATED if number < share * _WHOLE else CONTROL
