"""The smallest effect that a design can show, found before it starts by trying it where nothing was done.

No formula that takes periods or customers for independent: the method runs over the history as if something had been
done there. What it would have taken for its interval to leave out 0 in so many of the runs is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.effects.effect import LEVEL, Effect
from crmeter.stats.effects.interrupted import Interrupted, interrupted_series, least_before
from crmeter.stats.effects.panel import Panel
from crmeter.stats.effects.trial import Arm, between

Floats = NDArray[np.float64]
POWER = 0.8
LEAST = 5  # runs below which a quantile of them says nothing
STARTS = 12  # in a series, at most
OTHER_UNITS = 24  # that stand in for the treated ones, at most
FEWEST = 100  # persons, below which intervals of means do not hold what they promise
SPLITS = 40  # by lot, for each stretch of the past


@dataclass(frozen=True)
class Run:
    """One run where nothing was done: what it found, and its bounds. ``refused`` is true where it would not judge."""

    estimate: float
    low: float
    high: float
    refused: bool = False


@dataclass(frozen=True)
class Detectable:
    """The ``effect`` (> 0, in the good direction) found with chance ``power``; None where the history is too short.

    ``false_alarms`` is the share of runs that found an effect though there was none.
    """

    effect: float | None
    power: float
    runs: int
    false_alarms: float | None


def detectable(runs: Sequence[Run], *, up_is_good: bool, power: float = POWER) -> Detectable:
    """What it takes for the interval to leave out 0 on the good side in a share ``power`` of the runs.

    >>> detectable([Run(0, -1 - i / 10, 1) for i in range(11)], up_is_good=True).effect
    1.8
    """
    if len(runs) < LEAST:
        return Detectable(None, power, len(runs), None)
    needed = [(-run.low if up_is_good else run.high) if not run.refused else np.inf for run in runs]
    effect = float(np.quantile(needed, power, method="higher"))
    alarms = float(np.mean([not run.refused and not run.low <= 0 <= run.high for run in runs]))
    return Detectable(round(effect, 12) if np.isfinite(effect) else None, power, len(runs), alarms)


def _ran(effects: Iterable[Effect], scale: float = 1.0) -> list[Run]:
    return [
        Run(e.estimate * scale, e.low * scale, e.high * scale, bool(e.refusals))
        for e in effects
        if e.estimate is not None and e.low is not None and e.high is not None
    ]


def series_runs(history: Interrupted, after: int, level: float = LEVEL) -> list[Run]:
    """Runs at earlier starts of a series of which all is history, each followed by ``after`` periods."""
    least, last = max(least_before(history), len(history.values) // 3), len(history.values) - after
    starts = _spread(range(least, last + 1), STARTS)
    return _ran(interrupted_series(history.cut(start, after), level, in_time=False) for start in starts)


def panel_runs(
    treated: Floats, comparison: Floats, after: int, method: Callable[[Panel, float], Effect], level: float = LEVEL
) -> list[Run]:
    """Runs over panels of which all is history: the units to be treated at earlier starts, and comparison units in
    their place at the latest."""
    periods = treated.shape[1]
    least = max(5, periods // 3)
    starts = _spread(range(least, periods - after + 1), STARTS)
    runs = _ran(method(Panel(treated[:, : s + after], comparison[:, : s + after], s), level) for s in starts)
    if starts:
        panel = Panel(treated[:, : starts[-1] + after], comparison[:, : starts[-1] + after], starts[-1])
        rng = np.random.default_rng(0)  # a fixed seed: the same history has the same answer
        size, count = len(treated), len(comparison)
        if count - size >= size:
            order = [rng.permutation(count)[:size] for _ in range(OTHER_UNITS)] if size > 1 else _singles(count)
            runs += _ran(method(panel.as_if(chosen), level) for chosen in order)
    return runs


def _singles(count: int) -> list[NDArray[np.int64]]:
    return [np.array([number]) for number in _spread(range(count), OTHER_UNITS)]


def trial_runs(windows: Sequence[Arm], share: float = 0.5, level: float = LEVEL) -> list[Run]:
    """Runs over stretches of the past (the same persons in each): splits by lot, ``share`` of them treated."""
    rng = np.random.default_rng(0)
    runs = []
    for window in windows:
        for _ in range(SPLITS):
            drawn = rng.random(len(window)) < share
            found = between(_part(window, drawn), _part(window, ~drawn), level)
            if found is not None and found.low is not None and found.high is not None:
                runs.append(Run(found.change, found.low, found.high))
    return runs


def _part(arm: Arm, chosen: NDArray[np.bool_]) -> Arm:
    return Arm(arm.values[chosen], None if arm.per is None else arm.per[chosen])


def persons_needed(persons: int, found: float, wanted: float) -> int:
    """How many persons an effect ``wanted`` takes where ``persons`` show ``found``: they are drawn by lot, one by one.

    >>> persons_needed(1_000, 0.2, 0.1)
    4000
    """
    return max(FEWEST, int(np.ceil(persons * (found / wanted) ** 2 - 1e-9)))


def _spread(numbers: range, most: int) -> list[int]:
    """At most so many of the numbers, evenly spread, the last among them."""
    if len(numbers) <= most:
        return list(numbers)
    return [numbers[round(place)] for place in np.linspace(0, len(numbers) - 1, most)]
