"""Spring Festival in an evaluation: how the year before is aligned, and which moves are no more than the season."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.evaluation.comparison import PREVIOUS, YEAR, Comparison
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.kernel.spring_festival import Alignment, festivals_near, is_uneven


def alignment(found: Alignment) -> dict[str, Any]:
    """How the base of a year before is aligned, for the document: the two festivals, and the same dates left aside."""
    return {
        "festival": found.festival.isoformat(),
        "base_festival": found.base_festival.isoformat(),
        "same_dates": {"start": found.plain.start.isoformat(), "end": found.plain.end.isoformat()},
    }


def only_season(
    calendar: Calendar, period: Period, bases: Mapping[str, Period], comparisons: Sequence[Comparison]
) -> list[Comparison]:
    """The moves against the period before that are no finding: Spring Festival lies in one of the two and not alike in
    the other, and against the same season a year before nothing is beyond noise.

    Where nothing can be said of the year before, a move stands.
    """
    if not calendar.spring_festival or not is_uneven(period, bases[PREVIOUS]):
        return []
    steady = {c.kpi.id for c in comparisons if c.to == YEAR and c.verdict == "no_change"}
    return [c for c in comparisons if c.to == PREVIOUS and c.beyond_noise and c.kpi.id in steady]


def told(
    calendar: Calendar, period: Period, bases: Mapping[str, Period], aside: Sequence[Comparison]
) -> dict[str, Any]:
    """What the document says of the season: nothing where the festival plays no part."""
    if not calendar.spring_festival or not is_uneven(period, bases[PREVIOUS]):
        return {}
    festivals = festivals_near(period) or festivals_near(bases[PREVIOUS])
    return {
        "season": {
            "festivals": [day.isoformat() for day in festivals],
            "set_aside": [{"kpi": c.kpi.id, "comparison": c.to} for c in aside],
        }
    }
