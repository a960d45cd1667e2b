"""The ways to read a text as a date or a time: SQL of a naive local TIMESTAMP, NULL where the text does not fit.

Readings differ in the order of year, month and day, which can be mistaken; separators and times are read freely.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from crmeter.ingest.formats.clean import literal, replaced
from crmeter.ingest.formats.clock import in_range
from crmeter.ingest.formats.reading import Reading

_TAIL = r"(?:[T ,]\s*(.*))?$"
_TIMES = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%n", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p", "%I:%M:%S%p")
_DAYS = tuple(f"@%Y-%m-%d {time}".rstrip() for time in _TIMES)
_MONTHS = ("%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %B %Y", "%d-%B-%Y", "%b %d %Y", "%b %d, %Y", "%B %d %Y", "%B %d, %Y")
_NOON = ((r"(?:上午|早上|凌晨|清晨)", "AM"), (r"(?:下午|晚上|傍晚|中午)", "PM"))

OFFSET = r"(?:(:\d{2}(?:\.\d+)?(?: ?[AaPp][Mm])?)|(T\d{4,6}))\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})$"
TWO_DIGIT_YEAR = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?$"
ROC_YEAR = r"^(?:民國|民国|ROC ?)?\s*1\d{2}\s*[-/.年]|^1\d{6}$|^(?:民國|民国)"


def plain_time(text: str) -> str:
    """Chinese halves of the day as AM and PM behind the time."""
    said = text
    for word, half in _NOON:
        said = replaced(said, rf"{word}\s*([0-9:.]+)", rf"\1 {half}")
    return f"CASE WHEN regexp_matches({text}, '[午上晨晚]') THEN {said} ELSE {text} END"


def without_offset(text: str) -> str:
    """The text with its offset from UTC taken away."""
    return replaced(text, OFFSET, r"\1\2")


def offset_minutes(text: str) -> str:
    """Minutes east of UTC that the text ends in, NULL where it has none."""
    part = f"regexp_extract({text}, {literal(OFFSET)}, 3)"
    hours = f"TRY_CAST(substr({part}, 2, 2) AS INTEGER)"
    minutes = f"coalesce(TRY_CAST(regexp_extract({part}, '^.[0-9]{{2}}:?([0-9]{{2}})$', 1) AS INTEGER), 0)"
    sign = f"CASE WHEN starts_with({part}, '-') THEN -1 ELSE 1 END"
    east = f"({hours} * 60 + {minutes}) * {sign}"
    return f"CASE WHEN {part} = '' THEN NULL WHEN {part} IN ('Z', 'UTC', 'GMT') THEN 0 ELSE {east} END"


def _parsed(text: str, formats: tuple[str, ...]) -> str:
    return f"try_strptime({text}, [{', '.join(map(literal, formats))}])"


def _ordered(pattern: str, order: str) -> Callable[[str], str]:
    """Texts that match ``pattern``, rewritten year first by the groups of ``order``; the last group is the time."""
    year, month, day = (order.index(part) + 1 for part in "ymd")
    rewritten = rf"@\{year}-\{month}-\{day} \4"

    def sql(text: str) -> str:
        return in_range(_parsed(f"rtrim({replaced(text, pattern, rewritten)})", _DAYS))

    return sql


def _roc(text: str) -> str:
    """Years of the Republic: 1911 more is the year of the common calendar."""
    pattern = r"^(?:民國|民国|ROC ?)?\s*(\d{2,3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?" + _TAIL
    compact = r"^(\d{3})(\d{2})(\d{2})" + r"(?:[T ]\s*(.*))?$"
    found: list[str] = []
    for shape in (pattern, compact):
        year = f"TRY_CAST(regexp_extract({text}, {literal(shape)}, 1) AS INTEGER)"
        rest = replaced(text, shape, r"-\2-\3 \4")
        found.append(_parsed(f"concat('@', {year} + 1911, rtrim({rest}))", _DAYS))
    return in_range(f"coalesce({', '.join(found)})")


def _compact(text: str) -> str:
    """yyyymmdd, also with a time behind it (yyyymmddThhmmss)."""
    day, moment = r"^(\d{4})(\d{2})(\d{2})" + _TAIL, r"^(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})(\d{2})?$"
    days, moments = replaced(text, day, r"@\1-\2-\3 \4"), replaced(text, moment, r"@\1-\2-\3 \4:\5:\6")
    parsed = (_parsed(f"rtrim({days})", _DAYS), _parsed(f"rtrim({moments}, ':')", _DAYS))
    return in_range(f"coalesce({', '.join(parsed)})")


def _compact_days(form: str) -> Callable[[str], str]:
    return lambda text: in_range(f"CASE WHEN regexp_matches({text}, '^[0-9]{{8}}$') THEN {_parsed(text, (form,))} END")


def _number(text: str, pattern: str, seconds: str, start: str) -> str:
    value = f"TRY_CAST(CASE WHEN regexp_matches({text}, {literal(pattern)}) THEN {text} END AS DOUBLE)"
    micros = f"CAST(round({value} * {seconds}) AS BIGINT) * 1000"
    return in_range(f"(TIMESTAMP {literal(start)} + to_microseconds({micros}))")


def _excel(text: str) -> str:
    """Days since the end of 1899, to the second."""
    value = f"TRY_CAST(CASE WHEN regexp_matches({text}, '^[0-9]{{5}}([.][0-9]+)?$') THEN {text} END AS DOUBLE)"
    micros = f"CAST(round({value} * 86400) AS BIGINT) * 1000000"
    return in_range(f"(TIMESTAMP '1899-12-30' + to_microseconds({micros}))")


def _months(text: str) -> str:
    formats = tuple(f"{day} {time}".rstrip() for day in _MONTHS for time in _TIMES)
    return in_range(f"CASE WHEN regexp_matches({text}, '[A-Za-z]{{3}}') THEN {_parsed(text, formats)} END")


def iso(text: str) -> str:
    """Plain ISO 8601, the quick way."""
    shape = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?$"
    return in_range(f"TRY_CAST(CASE WHEN regexp_matches({text}, {literal(shape)}) THEN {text} END AS TIMESTAMP)")


_Y, _N = r"(\d{4})", r"(\d{1,2})"
_FIRST = rf"^{_Y}\s*[-/.年]\s*{_N}\s*[-/.月]\s*{_N}\s*日?" + _TAIL
_LAST = rf"^{_N}\s*[-/.]\s*{_N}\s*[-/.]\s*{_Y}" + _TAIL

READINGS = (
    Reading("%Y-%m-%d", _ordered(_FIRST, "ymd"), "2025-03-01"),
    Reading("%d/%m/%Y", _ordered(_LAST, "dmy"), "31/12/2025"),
    Reading("%m/%d/%Y", _ordered(_LAST, "mdy"), "12/31/2025"),
    Reading("ROC year 114/03/01", _roc, "114/03/01"),
    Reading("%Y%m%d", _compact, "20250301"),
    Reading("%d%m%Y", _compact_days("%d%m%Y"), "31122025"),
    Reading("%m%d%Y", _compact_days("%m%d%Y"), "12312025"),
    Reading("1 Mar 2025", _months, "1 Mar 2025"),
    Reading("Excel serial", _excel, "45717"),
    Reading("Unix seconds", lambda x: _number(x, r"^\d{10}(\.\d+)?$", "1000", "1970-01-01"), "1740787200"),
    Reading("Unix milliseconds", lambda x: _number(x, r"^\d{13}$", "1", "1970-01-01"), "1740787200000"),
)
ROC = READINGS[3]
ISO = Reading("%Y-%m-%d", iso, "2025-03-01")
UTC_READINGS = ("Unix seconds", "Unix milliseconds")
_NAMED = {
    "iso": "%Y-%m-%d",
    "ymd": "%Y-%m-%d",
    "dmy": "%d/%m/%Y",
    "mdy": "%m/%d/%Y",
    "roc": "ROC year 114/03/01",
    "excel": "Excel serial",
    "unix": "Unix seconds",
    "unix_ms": "Unix milliseconds",
}
NAMES = tuple(_NAMED)


def given_reading(given: str) -> Reading:
    """The reading a setting asks for: a name (dmy, roc …) or a strptime format.

    A format of plain day, month and four-digit year stands for its order, with any separator and any time behind it.
    """
    wanted = _NAMED.get(given.strip().lower(), given.strip())
    order = "".join(re.findall(r"%([YmdyHMSfpIzbBj])", wanted))[:3]
    known = {"Ymd": "%Y-%m-%d", "dmY": "%d/%m/%Y", "mdY": "%m/%d/%Y"}
    if order in known and not re.search(r"[A-Za-z]", re.sub(r"%[YmdHMSfpI]|T", "", wanted)):
        compact = re.fullmatch(r"(%[Ymd]){3}", wanted) is not None
        wanted = wanted if compact else known[order]
    for reading in READINGS:
        if reading.name == wanted:
            return reading
    formats = tuple(dict.fromkeys([wanted, *(f"{wanted} {time}".rstrip() for time in _TIMES)]))
    return Reading(wanted, lambda text: in_range(_parsed(text, formats)))
