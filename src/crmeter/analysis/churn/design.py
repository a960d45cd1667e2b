"""Features as columns of numbers, each measured from the average customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.churn.levels import grouped
from crmeter.analysis.churn.snapshot import Snapshot

Floats = NDArray[np.float64]
TENURE = "tenure_months"
BANDS = (3.0, 6.0, 12.0, 24.0)  # months of tenure at which the chance may change
NEW = 3.0  # months, within which an attribute may matter more than later
MOST = 10  # members of an attribute told apart


@dataclass(frozen=True)
class _Column:
    """One column: the ``feature`` it belongs to, its mean, and what it is divided by."""

    feature: str
    name: str
    mean: float
    spread: float


@dataclass(frozen=True)
class Design:
    """How customers become rows of numbers, as learned from those of one day.

    Every column has mean 0 there: a row of zeros is the average customer. ``averages`` are those of numbers as they are
    told.
    """

    columns: tuple[_Column, ...]
    members: Mapping[str, tuple[str | None, ...]]
    averages: Mapping[str, float]

    @property
    def features(self) -> tuple[str, ...]:
        """The features, each once."""
        return tuple(dict.fromkeys(column.feature for column in self.columns))

    def rows(self, customers: Snapshot) -> Floats:
        """One row for each customer."""
        raw = {name: values for _, name, values in _raw(customers, self.members)}
        found = [(raw[column.name] - column.mean) / column.spread for column in self.columns]
        return np.column_stack(found) if found else np.zeros((len(customers), 0))

    def places(self, feature: str) -> list[int]:
        """The columns of a feature."""
        return [place for place, column in enumerate(self.columns) if column.feature == feature]


def designed(customers: Snapshot) -> Design:
    """The design for customers like these; a column that is the same for all is left out."""
    members = {name: _members(values) for name, values in customers.members.items()}
    members = {name: kept for name, kept in members.items() if kept}
    columns = []
    for feature, name, values in _raw(customers, members):
        spread = float(values.std())
        if spread > 1e-9:
            columns.append(_Column(feature, name, float(values.mean()), spread))
    known = {name: values[~np.isnan(values)] for name, values in customers.numbers.items()}
    averages = {name: float(values.mean()) for name, values in known.items() if len(values)}
    return Design(tuple(columns), members, averages | {TENURE: float(customers.tenure_months.mean())})


def _members(values: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """The members told apart from the rest: all frequent ones but the largest."""
    levels = [level for level in grouped(values, most=MOST).levels if not level.merged]
    return tuple(level.member for level in levels[1:])


def _raw(customers: Snapshot, members: Mapping[str, tuple[str | None, ...]]) -> Iterator[tuple[str, str, Floats]]:
    """Feature, column and values: amounts and counts by their logarithm, what is unknown as a column of its own."""
    tenure = customers.tenure_months
    for lower, upper in zip((0.0, *BANDS), (*BANDS, np.inf), strict=True):
        yield TENURE, f"{TENURE} {lower}", ((tenure > lower) & (tenure <= upper)).astype(float)
    for name, values in customers.numbers.items():
        unknown = np.isnan(values)
        yield name, name, np.where(unknown, 0.0, np.log1p(np.maximum(np.nan_to_num(values), 0.0)))
        yield name, f"{name} unknown", unknown.astype(float)
    new = tenure <= NEW
    for name, kept in members.items():
        for member in kept:
            own = np.array([value == member for value in customers.members[name]], dtype=float)
            yield name, f"{name} = {member!r}", own
            yield name, f"{name} = {member!r} new", own * new
