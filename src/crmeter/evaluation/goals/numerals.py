"""Numbers as people write them in a wish: ``+15%``, ``−5 points``, ``120 萬``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DASHES = re.compile("[\N{MINUS SIGN}\N{EN DASH}\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL HYPHEN-MINUS}\N{HYPHEN}]")
_TIMES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "千": 1e3, "萬": 1e4, "万": 1e4, "億": 1e8, "亿": 1e8}
NUMBER = (
    r"(?P<sign>[+-])?\s*(?:nt\$|us\$|[$¥€£])?\s*(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s*(?P<times>thousand|million|[km](?![a-z])|[千萬万億亿])?\s*"
    r"(?P<unit>%|percentage points?|percent|per cent|pp(?![a-z])|points?|個?百分點|个?百分点|個?點|个?点|分(?!之))?"
)
PER_CENT = ("%", "percent", "per cent")


def plain(text: str) -> str:
    """Text with one kind of digits, signs and spaces, in small letters.

    >>> plain("流失率　−５％")
    '流失率 -5%'
    """
    return re.sub(r"\s+", " ", _DASHES.sub("-", unicodedata.normalize("NFKC", text))).strip().casefold()


@dataclass(frozen=True)
class Numeral:
    """A number with its sign (0 where none is written), and whether per cent or points stand behind it."""

    sign: int
    size: float
    per_cent: bool
    points: bool


def numeral(match: re.Match[str]) -> Numeral:
    """What a match of NUMBER stands for."""
    size = float(match["digits"].replace(",", "")) * _TIMES.get(match["times"] or "", 1.0)
    unit = match["unit"] or ""
    return Numeral(
        {"+": 1, "-": -1}.get(match["sign"] or "", 0), size, unit in PER_CENT, bool(unit) and unit not in PER_CENT
    )


def read_numeral(text: str) -> Numeral | None:
    """The number that a text is; None where it is none.

    >>> read_numeral("−5%")
    Numeral(sign=-1, size=5.0, per_cent=True, points=False)
    """
    match = re.fullmatch(NUMBER, plain(text))
    return numeral(match) if match else None
