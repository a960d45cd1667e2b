"""A model fitted to data: its parameters, how sure they are, and the names of those the data do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crmeter.stats.clv.histories import Numbers
from crmeter.stats.clv.newton import FARTHEST, Optimum

LEAST_INFORMATION = 0.04  # a log parameter known no better than +-5, a factor of 150 either way, is not known
PART_OF_DIRECTION = 0.3  # a parameter that makes up this much of a flat direction is named
AS_GOOD_AS_ENDLESS = 12.0  # a log parameter this far from 0, in units of the data, is named
MOVED = 3.0  # a log parameter that went this far from its start before all went flat was on its way to a boundary


@dataclass(frozen=True)
class Fit:
    """Parameters by maximum likelihood, all above 0.

    ``status`` is ``ok``; ``boundary:<names>`` where the likelihood went on growing while these parameters went to 0 or
    without end; ``unidentified:<names>`` where it is the same whatever these are; ``not_converged``; ``given`` where
    nobody fitted. ``standard_errors`` are None for parameters so named; ``covariance`` then holds only what the data do
    tell, so that draws from it stay where they can be judged.
    """

    names: tuple[str, ...]
    parameters: Numbers
    standard_errors: tuple[float | None, ...]
    covariance: Numbers
    log_likelihood: float | None
    customers: float
    iterations: int
    status: str

    def __getitem__(self, name: str) -> float:
        return float(self.parameters[self.names.index(name)])

    @property
    def is_ok(self) -> bool:
        """Whether every parameter is known."""
        return self.status == "ok"

    @property
    def named(self) -> tuple[str, ...]:
        """The parameters that ``status`` names."""
        _, _, names = self.status.partition(":")
        return tuple(names.split(",")) if names else ()

    @property
    def log_covariance(self) -> Numbers:
        """Covariance of the logarithms of the parameters: their errors are nearer to normal there."""
        found: Numbers = self.covariance / np.outer(self.parameters, self.parameters)
        return found

    def draws(self, count: int, seed: int = 0) -> Numbers:
        """Sets of parameters as likely as the data leave them, one a row: normal in their logarithms."""
        spreads, directions = np.linalg.eigh(self.log_covariance)
        steps = np.random.default_rng(seed).standard_normal((count, len(self.names)))
        logs = np.log(self.parameters) + (steps * np.sqrt(np.maximum(spreads, 0.0))) @ directions.T
        drawn: Numbers = np.exp(np.clip(logs, -5 * FARTHEST, 5 * FARTHEST))
        return drawn


def given(names: Sequence[str], parameters: ArrayLike) -> Fit:
    """Parameters that come from elsewhere, without errors. Raises ValueError unless they are finite and above 0."""
    numbers = np.asarray(parameters, dtype=np.float64)
    if numbers.shape != (len(names),) or not np.isfinite(numbers).all() or not (numbers > 0).all():
        raise ValueError(f"the parameters are {len(names)} numbers above 0: {', '.join(names)}")
    unknown = (None,) * len(names)
    return Fit(tuple(names), numbers, unknown, np.zeros((len(names), len(names))), None, 0.0, 0, "given")


def fit_of(
    names: Sequence[str], optimum: Optimum, start: Numbers, units: Numbers, observations: float, shift: float = 0.0
) -> Fit:
    """The fit that an optimum in log parameters tells. ``units`` turn the parameters into those of the data, ``shift``
    is what that adds to the log likelihood.
    """
    information, directions = np.linalg.eigh(-optimum.curvature)
    flat = information < LEAST_INFORMATION
    known = directions[:, ~flat]
    parameters = np.exp(optimum.point) * units
    covariance = (known / information[~flat]) @ known.T * np.outer(parameters, parameters)
    status, unknown = _status(names, optimum, start, directions[:, flat])
    errors = tuple(None if i in unknown else float(e) for i, e in enumerate(np.sqrt(np.diag(covariance))))
    height = optimum.height + shift
    return Fit(tuple(names), parameters, errors, covariance, height, observations, optimum.iterations, status)


def _status(names: Sequence[str], optimum: Optimum, start: Numbers, flat: Numbers) -> tuple[str, set[int]]:
    """What to call the fit, and which parameters have no standard error."""
    far = set(np.flatnonzero(np.abs(optimum.point) > AS_GOOD_AS_ENDLESS).tolist())
    loose = set(np.flatnonzero((np.abs(flat) > PART_OF_DIRECTION).any(axis=1)).tolist())
    unknown = far | loose
    if unknown:
        gone = {i for i in unknown if abs(optimum.point[i] - start[i]) > MOVED}
        kind, which = ("boundary", gone | far) if gone or far else ("unidentified", unknown)
        return f"{kind}:{','.join(names[i] for i in sorted(which))}", unknown
    return ("ok" if optimum.converged else "not_converged"), set()
