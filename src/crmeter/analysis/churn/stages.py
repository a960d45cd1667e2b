"""At which month of tenure customers leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.analysis.churn.lifetimes import Lifetimes
from crmeter.stats.intervals import wilson

MONTHS = 36
FEW = 30  # at risk, below which a month is left out of what is said


@dataclass(frozen=True)
class Stage:
    """Of those who began a month of tenure, the share who left in it."""

    month: int
    at_risk: int
    lost: int
    value: float
    low: float
    high: float


def stages(found: Lifetimes, most: int = MONTHS) -> list[Stage]:
    """Each month of tenure up to ``most``. What ends with a month has left in it.

    Of each month only those count who could be watched through all of it, whatever became of them: a contract that
    runs by the month ends with one, and who has been there for half of it could not have left yet.
    """
    month = np.ceil(found.lasted - 1e-9)
    whole = np.floor(found.observable + 1e-9)  # months that could be watched to their end
    told = []
    for number in range(1, most + 1):
        at_risk = (found.lasted > number - 1) & (found.entry <= number - 1) & (whole >= number)
        count = int(at_risk.sum())
        lost = int((at_risk & found.observed & (month == number)).sum())
        bounds = wilson(lost, count)
        if bounds is not None:
            told.append(Stage(number, count, lost, lost / count, *bounds))
    return told


def peak(found: list[Stage]) -> Stage | None:
    """The month in which the largest share leaves, of those that enough began; None where nobody leaves."""
    known = [stage for stage in found if stage.at_risk >= FEW and stage.lost]
    return max(known, key=lambda stage: (stage.value, -stage.month), default=None)
