"""The outcome of single customers: a KPI taken apart into what each of them adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.period import Period
from crmeter.metrics import Kpi
from crmeter.metrics.averages import Mean
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.customers import Part, by_customer
from crmeter.metrics.formulas import CustomerSum, Quotient, RowCount, RowSum, Share
from crmeter.model.rules import Rules
from crmeter.stats.effects.trial import Arm
from crmeter.warehouse.duck import Warehouse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What is summed of each customer, and what that is divided by (None: the number of customers)."""

    value: Part
    per: Part | None = None


def outcome_of(kpi: Kpi) -> Outcome | None:
    """The parts of a KPI; None for one that is more than a sum or a ratio of sums, such as a median."""
    formula = kpi.formula
    if isinstance(formula, CustomerSum | RowCount | RowSum):
        return Outcome(formula.total)
    if isinstance(formula, Share | CustomerRatio | Quotient):
        return Outcome(formula.numerator, formula.denominator)
    if isinstance(formula, Mean):
        return Outcome(formula.total, formula.n)
    return None


def arm_of(
    warehouse: Warehouse, rules: Rules, outcome: Outcome, period: Period, groups: Sequence[Sequence[str]]
) -> list[Arm]:
    """The outcome of the customers of each group in a period; who did nothing counts with 0."""
    parts = [outcome.value] if outcome.per is None else [outcome.value, outcome.per]
    known = by_customer(warehouse, rules, period, parts)
    nothing = (0.0,) * len(parts)
    found = []
    for customers in groups:
        table = np.array([known.get(customer, nothing) for customer in customers], dtype=float).reshape(-1, len(parts))
        found.append(Arm(table[:, 0], None if outcome.per is None else table[:, 1]))
    return found
