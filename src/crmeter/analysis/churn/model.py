"""The chance to be lost: a logistic regression, as strict with itself as serves customers it has not seen."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.churn.design import Design, designed
from crmeter.analysis.churn.snapshot import Snapshot
from crmeter.kernel.extras import library
from crmeter.stats.classification import log_loss

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
STRICT = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # scikit-learn's C: how far coefficients may go
FOLDS = 5


@dataclass(frozen=True)
class Model:
    """``coefficients`` of the columns of ``design``; ``average`` is the log odds of the average customer."""

    design: Design
    average: float
    coefficients: Floats
    strictness: float

    def chances(self, customers: Snapshot) -> Floats:
        """The chance of each."""
        return _share(self.average + self.design.rows(customers) @ self.coefficients)

    def contributions(self, customers: Snapshot) -> dict[str, Floats]:
        """What each feature adds to the log odds of each customer, against the average one."""
        weighted = self.design.rows(customers) * self.coefficients
        return {feature: weighted[:, self.design.places(feature)].sum(axis=1) for feature in self.design.features}


def fitted(customers: Snapshot, lost: Bools) -> Model:
    """The model of those of one day of whom it is known who was lost. The same rows give the same model."""
    design = designed(customers)
    rows = design.rows(customers)
    strictness = min(STRICT, key=lambda c: (_unseen_loss(rows, lost, c), c))
    average, coefficients = _regressed(rows, lost, strictness)
    return Model(design, average, coefficients, strictness)


def _unseen_loss(rows: Floats, lost: Bools, strictness: float) -> float:
    """The log loss of those whom the model was not fitted to, over FOLDS parts."""
    chances = np.zeros(len(lost))
    for unseen in _parts(lost):
        average, coefficients = _regressed(rows[~unseen], lost[~unseen], strictness)
        chances[unseen] = _share(average + rows[unseen] @ coefficients)
    return round(log_loss(chances, lost), 9)


def _parts(lost: Bools) -> Iterator[Bools]:
    """Every FOLDS-th of those who were lost, and of those who were not."""
    turn = np.zeros(len(lost), dtype=np.int64)
    for kind in (lost, ~lost):
        turn[kind] = np.random.default_rng(0).permutation(int(kind.sum())) % FOLDS
    for fold in range(FOLDS):
        yield turn == fold


def _regressed(rows: Floats, lost: Bools, strictness: float) -> tuple[float, Floats]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        regression = library("sklearn.linear_model").LogisticRegression(
            C=strictness, solver="newton-cholesky", tol=1e-8, max_iter=200
        )
        with library("threadpoolctl").threadpool_limits(1):  # on few columns threads wait for one another
            regression.fit(rows, lost.astype(int))
    return float(regression.intercept_[0]), np.asarray(regression.coef_[0], dtype=float)


def _share(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))))
