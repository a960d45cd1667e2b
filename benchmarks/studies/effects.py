"""How often methods call nothing an effect, and how often their intervals hold one that was planted.

Four kinds of noise: white; AR(1) with 0.6; a random walk; a seasonal pattern of each series' own beside white noise.
Half of the data sets have nothing planted, the other half an effect. The weights of the interrupted series were chosen
on data sets of other seeds.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.stats.effects.difference_in_differences import difference_in_differences
from crmeter.stats.effects.effect import Effect
from crmeter.stats.effects.interrupted import Interrupted, interrupted_series
from crmeter.stats.effects.panel import Panel
from crmeter.stats.effects.placebo import synthetic_control, synthetic_difference_in_differences
from crmeter.stats.effects.verdict import Verdict, judge

Floats = NDArray[np.float64]
KINDS = ("white", "ar1", "random_walk", "seasonal")
UNITS, BEFORE, AFTER, SEASON = 30, 36, 6, 12
SERIES_BEFORE, SERIES_AFTER = 60, 8
PLANTED = 3.0  # times the noise of one period
LEAST_THAT_MATTERS = 1.0


def noise(kind: str, length: int, rng: np.random.Generator) -> Floats:
    """One series of noise whose shocks have standard deviation 1."""
    shocks = rng.normal(size=length)
    if kind == "ar1":
        shocks[0] /= (1 - 0.6**2) ** 0.5
        for period in range(1, length):
            shocks[period] += 0.6 * shocks[period - 1]
    elif kind == "random_walk":
        shocks = np.cumsum(shocks)
    elif kind == "seasonal":
        shocks += np.resize(2 * rng.normal(size=SEASON), length)
    return shocks


def series(kind: str, planted: float, rng: np.random.Generator) -> Effect:
    """One interrupted series."""
    values = 100 + noise(kind, SERIES_BEFORE + SERIES_AFTER, rng)
    values[SERIES_BEFORE:] += planted
    return interrupted_series(Interrupted(values, SERIES_BEFORE, SEASON))


def panel(kind: str, planted: float, rng: np.random.Generator) -> Panel:
    """One treated unit among others: levels of their own, and a common drift that each follows more or less."""
    drift = np.cumsum(rng.normal(size=BEFORE + AFTER))
    units = np.array(
        [
            100 + 2 * rng.normal() + drift * rng.normal(1, 0.3) + noise(kind, BEFORE + AFTER, rng)
            for _ in range(UNITS + 1)
        ]
    )
    units[0, BEFORE:] += planted
    return Panel(units[:1], units[1:], BEFORE)


METHODS: dict[str, Callable[[str, float, np.random.Generator], Effect]] = {
    "interrupted_series": series,
    "difference_in_differences": lambda kind, planted, rng: difference_in_differences(panel(kind, planted, rng)),
    "synthetic_control": lambda kind, planted, rng: synthetic_control(panel(kind, planted, rng)),
    "synthetic_difference_in_differences": lambda kind, planted, rng: synthetic_difference_in_differences(
        panel(kind, planted, rng)
    ),
}
RUNS = {
    "interrupted_series": 1000,
    "difference_in_differences": 1000,
    "synthetic_control": 400,
    "synthetic_difference_in_differences": 400,
}
SEEDS = {"interrupted_series": 31}  # of the others 1


def runs_of(method: str, kind: str, runs: int, seed: int | None = None) -> dict[str, Any]:
    """What a method made of so many data sets without and so many others with an effect.

    ``called`` is the share of those without that were called improved or worse, ``covered`` the share of all intervals
    that hold the truth (± ``standard_error``), ``covered_where_vouched`` of those the method did not refuse, ``found``
    the share of planted effects that were called improved.
    """
    rng = np.random.default_rng(
        [SEEDS.get(method, 1) if seed is None else seed, zlib.crc32(f"{method} {kind}".encode())]
    )
    covered, vouched, called, found, wrong, refused = [], [], 0, 0, 0, 0
    for number in range(2 * runs):
        planted = PLANTED if number % 2 else 0.0
        effect = METHODS[method](kind, planted, rng)
        if effect.low is None or effect.high is None:
            refused += 1
            continue
        holds = effect.low <= planted <= effect.high
        covered.append(holds)
        if not effect.refusals:
            vouched.append(holds)
        refused += bool(effect.refusals)
        verdict = judge(effect, LEAST_THAT_MATTERS, up_is_good=True).verdict
        if not planted:
            called += verdict in (Verdict.IMPROVED, Verdict.WORSE)
        else:
            found += verdict is Verdict.IMPROVED
            wrong += verdict is Verdict.WORSE
    return {
        "called": round(called / runs, 4),
        "covered": round(share := float(np.mean(covered)), 4),
        "standard_error": round((share * (1 - share) / (2 * runs)) ** 0.5, 4),
        "covered_where_vouched": round(float(np.mean(vouched)), 4),
        "refused": round(refused / (2 * runs), 4),
        "found": round(found / runs, 4),
        "called_worse_though_improved": round(wrong / runs, 4),
        "data_sets": 2 * runs,
    }


def study() -> dict[str, Any]:
    """Every method under every kind of noise."""
    return {
        "design": {
            "panel": {"units": UNITS, "before": BEFORE, "after": AFTER},
            "series": {"before": SERIES_BEFORE, "after": SERIES_AFTER, "season": SEASON},
            "seeds": {method: SEEDS.get(method, 1) for method in METHODS},
            "planted": PLANTED,
            "least_that_matters": LEAST_THAT_MATTERS,
        },
        "methods": {method: {kind: runs_of(method, kind, RUNS[method]) for kind in KINDS} for method in METHODS},
    }
