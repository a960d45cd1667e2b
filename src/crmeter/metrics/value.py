"""Values: what a KPI came out as, with all that a reader needs to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class Unit(StrEnum):
    SHARE = "share"
    COUNT = "count"
    MONEY = "money"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    MONTHS = "months"
    POINTS = "points"
    SCORE = "score"
    INDEX = "index"
    RATIO = "ratio"
    PER_YEAR = "per_year"


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    NONE = "none"


class Status(StrEnum):
    OK = "ok"
    SMALL_SAMPLE = "small_sample"
    UNDEFINED = "undefined"


class Reason(StrEnum):
    """Why a value is undefined, or what to know about one that is not. Some carry a count: ``other_currency:12``."""

    NO_DENOMINATOR = "no_denominator"
    NO_DATA = "no_data"
    HISTORY_TOO_SHORT = "history_too_short"
    MIXED_SCALES = "mixed_scales"
    MISSING_INPUT = "missing_input"
    ZERO_CHURN = "zero_churn"
    NOT_ANSWERED_YET = "not_answered_yet"
    OTHER_CURRENCY = "other_currency"
    FIGURES = "figures"
    CONFLICTING_FIGURES = "conflicting_figures"
    NOT_ALLOCATED = "not_allocated"
    HOLIDAYS_UNKNOWN = "holidays_unknown"
    UNDECIDED = "undecided"
    STATED_WEIGHTS = "stated_weights"
    ABOUT = "missing_rows"
    NOT_MEASURED = "not_measured"
    NO_ROOT = "no_root"
    SEVERAL_ROOTS = "several_roots"
    NOT_PAID_BACK = "not_paid_back"


class Estimate(NamedTuple):
    """What a formula makes of its measures. ``value`` is None where it is undefined, and ``reason`` says why.

    ``n`` is the size of the sample; ``low`` and ``high`` bound the value at 95%, None where it has no interval.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    @classmethod
    def undefined(
        cls, reason: Reason, numerator: float | None = None, denominator: float | None = None, n: float | None = None
    ) -> Estimate:
        return cls(None, numerator, denominator, n, reason=reason)


class Value(NamedTuple):
    """One value of one KPI for one period and one group: the JSON of docs/reference, member by member.

    A tuple, because they are made by the hundred thousand; those of a group have one mapping ``by`` together.
    """

    kpi: str
    grain: str
    start: date
    end: date
    by: Mapping[str, str | None]
    value: float | None
    numerator: float | None
    denominator: float | None
    n: float | None
    low: float | None
    high: float | None
    unit: str
    currency: str | None
    status: Status
    reason: str | None
    complete: bool
    load: int
    definition: str

    def as_json(self) -> dict[str, Any]:
        """Plain values in the promised order; whole numbers as integers."""
        return dict(zip(self._fields, map(_plain, self), strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value
