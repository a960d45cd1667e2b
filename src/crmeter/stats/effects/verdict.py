"""The verdict on an effect: improved, worse, no detectable change, or cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crmeter.stats.effects.effect import Effect


class Verdict(StrEnum):
    """What may be said of an effect."""

    IMPROVED = "improved"
    WORSE = "worse"
    NO_DETECTABLE_CHANGE = "no_detectable_change"
    CANNOT_TELL = "cannot_tell"


INTERVAL_TOO_WIDE = "interval_too_wide"
SMALLER_THAN_WANTED = "smaller_than_wanted"
MAY_BE_SMALLER = "may_be_smaller_than_wanted"


@dataclass(frozen=True)
class Judgement:
    """A verdict; ``reasons`` say why nobody can tell, ``remarks`` what to know of a verdict that stands."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def judge(effect: Effect, minimum_effect: float, *, up_is_good: bool) -> Judgement:
    """The verdict on ``effect``, where a change of ``minimum_effect`` (> 0) is the least that matters.

    Improved or worse: the interval lies on one side of 0. No detectable change: it holds 0 and reaches the least that
    matters on neither side; a wide interval around 0 is no proof of nothing, and cannot tell.

    >>> from crmeter.stats.effects.effect import Method
    >>> judge(Effect(Method.TRIAL, 0.2, -0.3, 0.7), 1.0, up_is_good=True).verdict.value
    'no_detectable_change'
    >>> judge(Effect(Method.TRIAL, 0.2, -0.3, 0.7), 0.5, up_is_good=True).verdict.value
    'cannot_tell'
    """
    if minimum_effect <= 0:
        raise ValueError(f"the least effect that matters must be above 0, not {minimum_effect}")
    if effect.refusals:
        return Judgement(Verdict.CANNOT_TELL, tuple(map(str, effect.refusals)))
    if effect.low is None or effect.high is None:
        return Judgement(Verdict.CANNOT_TELL, ("no_interval",))
    low, high = (effect.low, effect.high) if up_is_good else (-effect.high, -effect.low)
    if low > 0:
        return Judgement(Verdict.IMPROVED, remarks=_size(low, high, minimum_effect))
    if high < 0:
        return Judgement(Verdict.WORSE, remarks=_size(-high, -low, minimum_effect))
    if -minimum_effect < low and high < minimum_effect:
        return Judgement(Verdict.NO_DETECTABLE_CHANGE)
    return Judgement(Verdict.CANNOT_TELL, (INTERVAL_TOO_WIDE,))


def _size(least: float, most: float, minimum_effect: float) -> tuple[str, ...]:
    """Whether what is proven is also enough."""
    if most < minimum_effect:
        return (SMALLER_THAN_WANTED,)
    return (MAY_BE_SMALLER,) if least < minimum_effect else ()
