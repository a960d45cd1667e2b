"""The ways to read a text as a date or a time: SQL of a naive local TIMESTAMP, NULL where the text does not fit.

Readings differ in the order of year, month and day, which can be mistaken; separators and times are read freely.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from crmeter.ingest.formats.clean import let, literal, replaced
from crmeter.ingest.formats.clock import in_range
from crmeter.ingest.formats.reading import Reading
from crmeter.ingest.formats.traits import Traits

_TAIL = r"(?:[T ,]\s*(.*))?$"
TIMES = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%n", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p", "%I:%M:%S%p")
_MONTHS = ("%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %B %Y", "%d-%B-%Y", "%b %d %Y", "%b %d, %Y", "%B %d %Y", "%B %d, %Y")
_NOON = ((r"(?:上午|早上|凌晨|清晨)", "AM"), (r"(?:下午|晚上|傍晚|中午)", "PM"))
_Y, _N = r"(19\d{2}|2[01]\d{2}|2200)", r"(\d{1,2})"
_FIRST = rf"^{_Y}\s*[-/.年]\s*{_N}\s*[-/.月]\s*{_N}\s*日?" + _TAIL
_LAST = rf"^{_N}\s*[-/.]\s*{_N}\s*[-/.]\s*{_Y}" + _TAIL
_ROC = rf"^(?:民國|民国|ROC ?)?\s*(\d{{2,3}})\s*[-/.年]\s*{_N}\s*[-/.月]\s*{_N}\s*日?" + _TAIL
_ROC_BARE = r"^(\d{3})(\d{2})(\d{2})(?:[T ]\s*(.*))?$"

OFFSET = r"(?:(:\d{2}(?:\.\d+)?(?: ?[AaPp][Mm])?)|(T\d{4,6}))\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})$"

DAY_FIRST, MONTH_FIRST, YEAR_FIRST, BARE = "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y%m%d"
ROC, MONTH_NAME, EXCEL = "ROC year 114/03/01", "1 Mar 2025", "Excel serial"
UNIX, UNIX_MS = "Unix seconds", "Unix milliseconds"
_NAMED = {"iso": YEAR_FIRST, "ymd": YEAR_FIRST, "dmy": DAY_FIRST, "mdy": MONTH_FIRST, "roc": ROC, "excel": EXCEL}
_NAMED |= {"unix": UNIX, "unix_ms": UNIX_MS}
NAMES = tuple(_NAMED)


def plain_time(text: str) -> str:
    """Chinese halves of the day as AM and PM behind the time."""
    said = text
    for word, half in _NOON:
        said = replaced(said, rf"{word}\s*([0-9:.]+)", rf"\1 {half}")
    return said


def without_offset(text: str) -> str:
    """The text with its offset from UTC taken away."""
    return replaced(text, OFFSET, r"\1\2")


def offset_minutes(text: str) -> str:
    """Minutes east of UTC that the text ends in, NULL where it has none."""
    part = f"regexp_extract({text}, {literal(OFFSET)}, 3)"
    hours = "TRY_CAST(substr(_part, 2, 2) AS INTEGER)"
    minutes = "coalesce(TRY_CAST(regexp_extract(_part, '^.[0-9]{2}:?([0-9]{2})$', 1) AS INTEGER), 0)"
    east = f"({hours} * 60 + {minutes}) * CASE WHEN starts_with(_part, '-') THEN -1 ELSE 1 END"
    return let(
        "_part", part, f"CASE WHEN _part = '' THEN NULL WHEN _part IN ('Z', 'UTC', 'GMT') THEN 0 ELSE {east} END"
    )


def iso(text: str) -> str:
    """Plain ISO 8601, the quick way."""
    shape = r"^(?:19\d{2}|2[01]\d{2}|2200)-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?$"
    return f"CASE WHEN regexp_matches({text}, {literal(shape)}) THEN TRY_CAST({text} AS TIMESTAMP) END"


ISO = Reading(YEAR_FIRST, iso, "2025-03-01")


def readings(traits: Traits) -> list[Reading]:
    """The readings that texts of these traits may have."""
    found: list[Reading] = []
    if traits.years or traits.marks:
        found.append(reading(YEAR_FIRST, traits.times))
    if traits.marks:
        found += [reading(name, traits.times) for name in (DAY_FIRST, MONTH_FIRST)]
    if traits.roc_years:
        found.append(reading(ROC, traits.times))
    if traits.bare:
        found += [reading(name, traits.times) for name in (BARE, "%d%m%Y", "%m%d%Y", EXCEL, UNIX, UNIX_MS)]
    if traits.months:
        found.append(reading(MONTH_NAME, traits.times))
    return found or [reading(YEAR_FIRST, traits.times)]


def reading(name: str, times: Sequence[str] = TIMES) -> Reading:
    """The reading of a name or strptime format, for dates with ``times`` (formats) behind them."""
    days = tuple(f"@%Y-%m-%d {time}".rstrip() for time in times)
    match name:
        case "%Y-%m-%d":
            return Reading(name, _ordered(_FIRST, "ymd", days), "2025-03-01")
        case "%d/%m/%Y":
            return Reading(name, _ordered(_LAST, "dmy", days), "31/12/2025")
        case "%m/%d/%Y":
            return Reading(name, _ordered(_LAST, "mdy", days), "12/31/2025")
        case "ROC year 114/03/01":
            return Reading(name, lambda text: _roc(text, days), "114/03/01")
        case "%Y%m%d":
            return Reading(name, lambda text: _bare(text, days), "20250301")
        case "%d%m%Y" | "%m%d%Y":
            return Reading(name, lambda text: _if(text, r"^\d{8}$", in_range(_parsed(text, (name,)))), "31122025")
        case "1 Mar 2025":
            formats = tuple(f"{day} {time}".rstrip() for day in _MONTHS for time in times)
            return Reading(name, lambda text: _if(text, "[A-Za-z]{3}", in_range(_parsed(text, formats))), name)
        case "Excel serial":
            return Reading(name, lambda text: _counted(text, r"^\d{5}(?:\.\d+)?$", 86400, "1899-12-30"), "45717")
        case "Unix seconds":
            return Reading(name, lambda text: _counted(text, r"^\d{10}(?:\.\d+)?$", 1, "1970-01-01"), "1740787200")
        case "Unix milliseconds":
            return Reading(name, lambda text: _counted(text, r"^\d{13}$", 0.001, "1970-01-01"), "1740787200000")
    formats = tuple(dict.fromkeys([name, *(f"{name} {time}".rstrip() for time in times)]))
    return Reading(name, lambda text: in_range(_parsed(text, formats)))


def given_reading(given: str) -> Reading:
    """The reading a setting asks for: a name (dmy, roc …) or a strptime format.

    A format of plain day, month and four-digit year stands for its order, with any separator and any time behind it.
    """
    wanted = _NAMED.get(given.strip().lower(), given.strip())
    order = "".join(re.findall(r"%([YmdyHMSfpIzbBj])", wanted))[:3]
    known = {"Ymd": YEAR_FIRST, "dmY": DAY_FIRST, "mdY": MONTH_FIRST}
    plain = not re.search(r"[A-Za-z]", re.sub(r"%[YmdHMSfpI]|T", "", wanted))
    if order in known and plain and not re.fullmatch(r"(%[Ymd]){3}", wanted):
        wanted = known[order]
    return reading(wanted)


def _parsed(text: str, formats: tuple[str, ...]) -> str:
    return f"try_strptime({text}, [{', '.join(map(literal, formats))}])"


def _if(text: str, pattern: str, then: str) -> str:
    return f"CASE WHEN regexp_matches({text}, {literal(pattern)}) THEN {then} END"


def _ordered(pattern: str, order: str, days: tuple[str, ...]) -> Callable[[str], str]:
    """Texts that match ``pattern``, rewritten year first by the groups of ``order``; the last group is the time."""
    year, month, day = (order.index(part) + 1 for part in "ymd")
    rewritten = rf"@\{year}-\{month}-\{day} \4"
    return lambda text: _parsed(f"rtrim({replaced(text, pattern, rewritten)})", days)


def _roc(text: str, days: tuple[str, ...]) -> str:
    """Years of the Republic: 1911 more is the year of the common calendar."""
    found: list[str] = []
    for shape in (_ROC, _ROC_BARE):
        year = f"TRY_CAST(regexp_extract({text}, {literal(shape)}, 1) AS INTEGER)"
        rest = replaced(text, shape, r"-\2-\3 \4")
        found.append(_parsed(f"concat('@', {year} + 1911, rtrim({rest}))", days))
    return in_range(f"coalesce({', '.join(found)})")


def _bare(text: str, days: tuple[str, ...]) -> str:
    """yyyymmdd, also with a time behind it (yyyymmddThhmmss)."""
    day, moment = rf"^{_Y}(\d{{2}})(\d{{2}})" + _TAIL, rf"^{_Y}(\d{{2}})(\d{{2}})[T ]?(\d{{2}})(\d{{2}})(\d{{2}})?$"
    plain, timed = replaced(text, day, r"@\1-\2-\3 \4"), replaced(text, moment, r"@\1-\2-\3 \4:\5:\6")
    return f"coalesce({_parsed(f'rtrim({plain})', days)}, {_parsed(f'''rtrim({timed}, ':')''', days)})"


def _counted(text: str, pattern: str, seconds: float, start: str) -> str:
    """A number of units of ``seconds`` since ``start``, to the second."""
    value = f"TRY_CAST({_if(text, pattern, text)} AS DOUBLE)"
    return in_range(
        f"(TIMESTAMP {literal(start)} + to_microseconds(CAST(round({value} * {seconds}) AS BIGINT) * 1000000))"
    )
