"""One way to read the texts of a column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """``sql`` makes of the SQL of a text the SQL of its value, NULL where the text does not fit.

    ``name`` is what settings and the record of decisions call it, ``example`` a text that fits.
    """

    name: str
    sql: Callable[[str], str]
    example: str = ""
    setting: str = ""  # what to write to ask for it
