"""What every method answers: an effect with its interval, what it rests on, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

LEVEL = 0.95


class Method(StrEnum):
    """The ways to tell an effect from what would have happened anyway."""

    TRIAL = "trial"  # A/B: lots decided who was treated
    DIFFERENCE_IN_DIFFERENCES = "difference_in_differences"
    SYNTHETIC_CONTROL = "synthetic_control"
    SYNTHETIC_DIFFERENCE_IN_DIFFERENCES = "synthetic_difference_in_differences"
    INTERRUPTED_SERIES = "interrupted_series"
    MATCHED_CUSTOMERS = "matched_customers"


class Refusal(StrEnum):
    """Why a method does not vouch for its number: the verdict is then that nobody can tell."""

    TOO_FEW_PERIODS = "too_few_periods"
    TOO_FEW_UNITS = "too_few_units"
    PRE_TREND = "pre_trend"
    BAD_PRE_FIT = "bad_pre_fit"
    PLACEBO_IN_TIME = "placebo_in_time"
    SAMPLE_RATIO_MISMATCH = "sample_ratio_mismatch"
    UNBALANCED = "unbalanced"
    NO_OVERLAP = "no_overlap"
    NO_VARIATION = "no_variation"
    COMPARISON_TOUCHED = "comparison_touched"
    WINDOW_NOT_OVER = "window_not_over"


class Caution(StrEnum):
    """What to know about a number that stands."""

    FEW_UNITS = "few_units"
    FEW_PLACEBOS = "few_placebos"
    PRE_TREND_UNKNOWN = "pre_trend_unknown"
    SEASON_UNSEEN = "season_unseen"
    PERSISTENT_NOISE = "persistent_noise"
    UNMATCHED_LEFT_OUT = "unmatched_left_out"
    ARMS_DIFFERED_BEFORE = "arms_differed_before"
    NOT_BY_LOT = "not_by_lot"


@dataclass(frozen=True)
class Placebo:
    """What the method found where nothing was done: in ``time`` (an earlier date), in ``units`` (the untouched ones)
    or ``before`` (the outcome of the time before). ``p`` is how likely chance alone makes it look so different."""

    kind: str
    estimates: tuple[float, ...]
    p: float | None = None


@dataclass(frozen=True)
class Path:
    """Period by period: what was seen, and what would have been. Bounds only where the method has them."""

    observed: tuple[float, ...]
    expected: tuple[float, ...]
    before: int  # so many of them lie before
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Balance:
    """How far treated and compared customers lie apart in one feature, in standard deviations."""

    feature: str
    before: float  # of all
    after: float  # of those matched


@dataclass(frozen=True)
class Effect:
    """The effect on each unit and period, in the outcome's own unit.

    ``low`` and ``high`` bound it at ``level``; ``baseline`` is what would have been without. All are None where a
    method cannot be used at all, and ``refusals`` says why; refusals beside a number mean that it is not vouched for.
    """

    method: Method
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    level: float = LEVEL
    n: Mapping[str, int] = field(default_factory=dict)
    baseline: float | None = None
    placebos: tuple[Placebo, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Caution, ...] = ()
    path: Path | None = None
    weights: tuple[float, ...] = ()  # of the comparison units, where the method weighs them
    balance: tuple[Balance, ...] = ()

    @classmethod
    def refused(cls, method: Method, *refusals: Refusal, level: float = LEVEL, **known: Any) -> Effect:
        """No number at all."""
        return cls(method, level=level, refusals=refusals, **known)

    def but(self, *refusals: Refusal) -> Effect:
        """The same, and not vouched for because of ``refusals``."""
        return replace(self, refusals=tuple(dict.fromkeys((*self.refusals, *refusals))))

    def noting(self, *warnings: Caution) -> Effect:
        """The same with warnings."""
        return replace(self, warnings=tuple(dict.fromkeys((*self.warnings, *warnings))))

    @property
    def relative(self) -> float | None:
        """The effect as a share of what would have been; None where that is nothing, negative or not known."""
        if self.estimate is None or self.baseline is None or self.baseline <= 0:
            return None
        return self.estimate / self.baseline

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "n": dict(self.n), "relative": self.relative}


def sound(number: float) -> float | None:
    """The number, or None where it is none: no NaN leaves the house."""
    return float(number) if math.isfinite(number) else None
