"""A goal as a sentence, read where it can be read with certainty: every word of it must have a meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from crmeter.evaluation.goals.numerals import NUMBER, Numeral, numeral, plain
from crmeter.evaluation.goals.times import period_in
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.kpis.catalogue import Catalogue

UP = (
    r"increase[sd]?|raise[sd]?|grow(?:s|th)?|boost|lift|up|more|higher|plus|"
    r"提高|提升|增加|增長|增长|成長|上升|擴大|扩大|多|加"
)
DOWN = (
    r"reduce[sd]?|reduction|decrease[sd]?|cut|lower(?:ed)?|drop|down|less|fewer|shorten|minus|"
    r"降低|減少|减少|下降|縮短|缩短|少|減|减|降"
)
_TO = (
    r"to|reach(?:es)?|at least|at most|above|below|under|over|=|"
    r"到|至|為|为|達到?|达到?|低於|低于|高於|高于|不超過|不超过|至少"
)
_VERB = re.compile(rf"(?<![a-z])(?:(?P<up>{UP})|(?P<down>{DOWN}))(?![a-z])")
_TARGET = re.compile(rf"(?:(?<![a-z])(?:{_TO})(?![a-z]))\s*{NUMBER}")
_CHANGE = re.compile(rf"(?:(?<![a-z])by(?![a-z])\s*)?{NUMBER}")
_FILLING = re.compile(
    r"(?<![a-z])(?:the|our|we|i|want|would|like|will|should|shall|must|to|by|of|in|a|an|is|be|goal|target|and|rate|that|it)"
    r"(?![a-z])|我們|我们|公司|希望|目標|目标|想要|想|要|把|將|将|使|讓|让|的|是|在|應|应|能|能夠|能够"
)
_UNITS = {
    "hours": r"hours?|小時|小时", "days": r"days?|天|日", "minutes": r"minutes?|分鐘|分钟", "money": r"元|塊|块",
    "months": r"months?|個月|个月", "count": r"位|人|件|筆|笔|次|個|个", "per_year": r"次|times",
}  # fmt: skip
_SIGNS = re.compile(r"[\s,.;:!?,。、;:「」“”()()<>-]+")


@dataclass(frozen=True)
class Sentence:
    """What a sentence says: the id of a KPI, a number (a change with its direction, or with ``is_target`` a value), and
    a period; None for what it does not say. ``unread`` are the words that nobody could make sense of."""

    kpi: str | None = None
    number: Numeral | None = None
    is_target: bool = False
    period: Period | None = None
    unread: tuple[str, ...] = ()


def read_sentence(text: str, catalogue: Catalogue, calendar: Calendar, as_of: date) -> Sentence:
    """Read a goal in English or Chinese; see Sentence."""
    rest = plain(text)
    period = None
    if found := period_in(rest, calendar, as_of):
        period, rest = found
    kpi = None
    if named := catalogue.named_in(rest):
        name, kpi = named
        rest = _without(rest, name)
    number, is_target, rest = _number(rest)
    if kpi and (unit := _UNITS.get(str(catalogue.by_id[kpi].unit))):
        rest = re.sub(rf"(?<![a-z])(?:{unit})(?![a-z])", " ", rest)
    words = _SIGNS.sub(" ", _FILLING.sub(" ", rest)).split()
    return Sentence(kpi, number, is_target, period, tuple(words))


def _without(text: str, part: str) -> str:
    place = text.index(part)
    return f"{text[:place]} {text[place + len(part) :]}"


def _number(text: str) -> tuple[Numeral | None, bool, str]:
    """The number of a text, whether it is a target, and what is left of the text."""
    verbs = list(_VERB.finditer(text))
    ways = {1 if verb["up"] else -1 for verb in verbs}
    match = _TARGET.search(text)
    if match and not match["sign"]:
        return numeral(match), True, _VERB.sub(" ", f"{text[: match.start()]} {text[match.end() :]}")
    match = _CHANGE.search(text)
    if not match:
        return None, False, text
    found = numeral(match)
    if len(ways) == 1 and found.sign in (0, *ways):  # “reduce by 5%”; where words and sign differ they stay unread
        rest = _VERB.sub(" ", f"{text[: match.start()]} {text[match.end() :]}")
        return Numeral(ways.pop(), found.size, found.per_cent, found.points), False, rest
    if ways == {-1} and found.sign == 0:
        return found, False, text
    return found, False, f"{text[: match.start()]} {text[match.end() :]}"
