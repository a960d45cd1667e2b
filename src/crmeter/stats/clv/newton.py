"""Newton's method within a trust region: the highest point of a function whose slope and curvature are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crmeter.stats.clv.histories import Numbers

Terms = tuple[float, Numbers, Numbers]  # height, slope and curvature at a point
Objective = Callable[[Numbers], Terms]

FARTHEST = 18.0  # in log parameters: e^18 times more or less than 1 is as good as without end
STANDSTILL = 4  # steps without a gain beyond rounding: there is nothing left to find
TOO_FAR = 25.0  # where nothing is calculated any more
FLATTEST = 1e-9  # curvature per observation below which a direction is taken for flat


@dataclass(frozen=True)
class Optimum:
    """The point reached, with height, slope and curvature there."""

    point: Numbers
    height: float
    slope: Numbers
    curvature: Numbers
    iterations: int
    converged: bool


def maximise(
    objective: Objective, start: Numbers, observations: float, *, gain: float = 1e-7, most: int = 200
) -> Optimum:
    """Climb from ``start`` until what is left to gain is below ``gain``, or a coordinate passes ``FARTHEST``.

    A step is Newton's, with the curvature made negative where it is not, and shortened to a radius within which the
    quadratic picture has proved right. A step that leads down, or to no number, is not taken.
    """
    point = np.array(start, dtype=np.float64)
    height, slope, curvature = objective(point)
    radius, converged, still, iterations = 2.0, False, 0, 0
    while iterations < most:
        iterations += 1
        step = _step(slope / observations, curvature / observations, radius)
        foreseen = float(slope @ step + 0.5 * step @ curvature @ step)
        there = objective(point + step) if np.max(np.abs(point + step)) < TOO_FAR else None
        if there is None or not there[0] >= height - 1e-12 * abs(height) - 1e-10:
            radius = 0.25 * min(radius, float(np.linalg.norm(step)))
            if radius < 1e-12:
                break
            continue
        kept_promise = (there[0] - height) / foreseen if foreseen > 0 else 1.0
        radius = min(2 * radius, 8.0) if kept_promise > 0.75 else 0.5 * radius if kept_promise < 0.25 else radius
        still = still + 1 if there[0] - height < 1e-12 * abs(height) + 1e-9 else 0
        point, (height, slope, curvature) = point + step, there
        if still == STANDSTILL:
            break
        if _left_to_gain(slope, curvature, observations) < gain:
            converged = True
            break
        if np.max(np.abs(point)) > FARTHEST:
            break
    return Optimum(point, float(height), slope, curvature, iterations, converged)


def _step(slope: Numbers, curvature: Numbers, radius: float) -> Numbers:
    """Newton's step, or the best one of length ``radius`` where it is longer."""
    bends, directions = np.linalg.eigh(-curvature)
    bends = np.maximum(np.abs(bends), FLATTEST)
    along = directions.T @ slope
    shift = 0.0
    if np.linalg.norm(along / bends) > radius:
        low, high = 0.0, float(np.linalg.norm(along)) / radius + 1e-12
        for _ in range(60):
            shift = (low + high) / 2
            low, high = (shift, high) if np.linalg.norm(along / (bends + shift)) > radius else (low, shift)
        shift = high
    step: Numbers = directions @ (along / (bends + shift))
    return step


def _left_to_gain(slope: Numbers, curvature: Numbers, observations: float) -> float:
    """What a full step would still gain; without end where the surface bends upwards."""
    bends, directions = np.linalg.eigh(-curvature / observations)
    if bends[0] < -FLATTEST:
        return np.inf
    along = directions.T @ slope
    return float(np.sum(along**2 / np.maximum(bends, FLATTEST)) / observations)


def in_logs(parameters: Numbers, height: float, slope: Numbers, curvature: Numbers) -> Terms:
    """Slope and curvature by the logarithms of the parameters, from those by the parameters."""
    by_logs = slope * parameters
    return height, by_logs, curvature * np.outer(parameters, parameters) + np.diag(by_logs)
