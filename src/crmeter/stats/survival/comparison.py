"""Do groups last equally long? The log-rank test of any number of groups, within strata where given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmeter.stats.survival.curve import Bools, Floats, at_risk, checked

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LogRank:
    """``observed`` and ``expected`` ends of each group, were all alike; ``p`` None where nothing can be compared."""

    statistic: float
    df: int
    p: float | None
    observed: tuple[float, ...]
    expected: tuple[float, ...]


def log_rank(
    durations: ArrayLike,
    observed: ArrayLike,
    groups: ArrayLike,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> LogRank:
    """The log-rank test of groups numbered from 0 (Mantel 1966; Peto and Peto 1972).

    Within ``strata`` each is compared with its like alone, and the differences are summed. The variance is the
    hypergeometric one, as in R's survdiff.
    """
    lasted, ended, entered = checked(durations, observed, entry)
    of = np.asarray(groups, dtype=np.int64)
    layers = np.zeros(len(of), dtype=np.int64) if strata is None else np.asarray(strata, dtype=np.int64)
    count = int(of.max()) + 1 if len(of) else 0
    seen, expected, variance = np.zeros(count), np.zeros(count), np.zeros((count, count))
    for layer in np.unique(layers):
        inside = layers == layer
        _add(lasted[inside], ended[inside], entered[inside], of[inside], seen, expected, variance)
    df = int(np.linalg.matrix_rank(variance, tol=1e-9 * max(float(np.trace(variance)), 1e-300))) if count else 0
    if df == 0:
        return LogRank(0.0, 0, None, tuple(seen.tolist()), tuple(expected.tolist()))
    off = seen - expected
    statistic = float(off @ np.linalg.pinv(variance, rcond=1e-9, hermitian=True) @ off)
    return LogRank(statistic, df, chi_square_tail(statistic, df), tuple(seen.tolist()), tuple(expected.tolist()))


def chi_square_tail(statistic: float, df: int) -> float:
    """The chance that chi-square with ``df`` degrees of freedom exceeds ``statistic``."""
    from scipy.special import gammaincc  # scipy is not loaded where nothing is compared

    return float(gammaincc(df / 2, statistic / 2))


def _add(
    lasted: Floats, ended: Bools, entered: Floats, of: Ints, seen: Floats, expected: Floats, variance: Floats
) -> None:
    """Add what one stratum tells."""
    times = np.unique(lasted[ended])
    if not len(times):
        return
    risk, events = by_group(times, lasted, ended, entered, of, len(seen))
    every, ends = risk.sum(axis=0).astype(float), events.sum(axis=0).astype(float)
    shares = risk / every
    seen += events.sum(axis=1)
    expected += shares @ ends
    # of one at risk nothing can be drawn otherwise
    weight = np.where(every > 1, ends * (every - ends) / np.maximum(every - 1, 1), 0.0)
    variance += np.diag(shares @ weight) - (shares * weight) @ shares.T


def by_group(times: Floats, lasted: Floats, ended: Bools, entered: Floats, of: Ints, count: int) -> tuple[Ints, Ints]:
    """Those at risk and those who end at each time, a row for each group."""
    rows = list(_each(times, lasted, ended, entered, of, count))
    return np.array([risk for risk, _ in rows]), np.array([events for _, events in rows])


def _each(
    times: Floats, lasted: Floats, ended: Bools, entered: Floats, of: Ints, count: int
) -> Iterator[tuple[Ints, Ints]]:
    for group in range(count):
        inside = of == group
        places = np.searchsorted(times, lasted[inside & ended])
        yield at_risk(times, lasted[inside], entered[inside]), np.bincount(places, minlength=len(times))
