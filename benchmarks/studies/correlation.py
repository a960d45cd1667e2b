"""How often 95% intervals of rank correlations and of one point's worth hold the truth, and how often two KPIs that
have nothing to do with each other are said to go together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from crmeter.stats.correlation import Floats, correlation, slope

SAMPLES, DRAWN = 1000, 200  # samples; of which the bootstrap is looked at
LARGE = 400_000  # one sample from which the truth is read
Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats, Floats]]  # x, y, a control


def answers_and_staying(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
    """1 to 5 points, most of them high, and who stays: one in ten leaves, the discontent more often."""
    control = rng.normal(size=n)
    mood = 0.5 * control + rng.normal(size=n)
    stays = rng.random(n) < 1 / (1 + np.exp(-(2.2 + 0.5 * mood + 0.5 * control)))
    return np.clip(np.round(4 + mood), 1, 5), stays.astype(float), control


def answers_and_revenue(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
    """1 to 5 points and later revenue with a heavy tail, half of the customers buying nothing."""
    control = rng.normal(size=n)
    mood = 0.5 * control + rng.normal(size=n)
    buys = rng.random(n) < 0.5
    return (
        np.clip(np.round(4 + mood), 1, 5),
        buys * np.exp(6 + 0.2 * mood + 0.3 * control + rng.normal(size=n)),
        control,
    )


def smooth(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
    """Two numbers without ties, ρ about 0.6."""
    control = rng.normal(size=n)
    x = control + rng.normal(size=n)
    return x, x + rng.normal(size=n) + 0.5 * control, control


CASES: dict[str, tuple[Draw, int]] = {
    "answers_and_staying": (answers_and_staying, 300),
    "answers_and_staying_few": (answers_and_staying, 60),
    "answers_and_revenue": (answers_and_revenue, 300),
    "smooth": (smooth, 100),
}


def _covered(draw: Draw, n: int, samples: int) -> dict[str, Any]:
    large = draw(np.random.default_rng(10**6), LARGE)
    truth = {
        "bare": correlation(large[0], large[1], bootstrap=False),
        "partial": correlation(large[0], large[1], large[2][:, None], bootstrap=False),
    }
    worth = slope(large[0], large[1], large[2][:, None])
    hits = {"bare": 0, "partial": 0, "bootstrap": 0, "point": 0}
    counted = dict.fromkeys(hits, 0)
    for seed in range(samples):
        x, y, z = draw(np.random.default_rng(seed), n)
        for name, held in (("bare", None), ("partial", z[:, None])):
            found = correlation(x, y, held, bootstrap=name == "bare" and seed < DRAWN)
            true = truth[name]
            if found is None or true is None:
                continue
            counted[name] += 1
            hits[name] += found.low <= true.rho <= found.high
            if found.bootstrap:
                counted["bootstrap"] += 1
                hits["bootstrap"] += found.bootstrap[0] <= true.rho <= found.bootstrap[1]
        point = slope(x, y, z[:, None])
        if point and worth:
            counted["point"] += 1
            hits["point"] += point.low <= worth.value <= point.high
    return {"n": n, **{f"{name}_covered": round(hits[name] / max(counted[name], 1), 4) for name in hits}}


def _periods(samples: int, memory: float) -> float:
    """The share of pairs of unrelated KPIs of 12 periods whose changes are said to go together."""
    false = 0
    for seed in range(samples):
        rng = np.random.default_rng(seed)
        series = rng.normal(size=(2, 40))
        for i in range(1, 40):
            series[:, i] += memory * series[:, i - 1]
        x, y = np.diff(series[:, -12:], axis=1)
        found = correlation(x, y, bootstrap=False, fewest=8, in_order=True)
        false += found is not None and not found.low <= 0 <= found.high
    return false / samples


def study(samples: int = SAMPLES) -> dict[str, Any]:
    """Coverage of each case (95% is promised), and false relations over periods (5% is promised)."""
    return {
        "samples": samples,
        "bootstrap_samples": DRAWN,
        **{name: _covered(draw, n, samples) for name, (draw, n) in CASES.items()},
        "periods_false": {str(memory): round(_periods(samples, memory), 4) for memory in (0.0, 0.5, 1.0)},
    }
