"""The outcome of single customers: a KPI taken apart into what each of them adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crmeter.kernel.period import Period
from crmeter.metrics import Kpi
from crmeter.metrics.averages import Mean
from crmeter.metrics.clustered import CustomerRatio
from crmeter.metrics.customers import ByCustomer, Part, by_customer
from crmeter.metrics.formulas import CustomerSum, Quotient, RowCount, RowSum, Share
from crmeter.metrics.kpi import base_table
from crmeter.metrics.measures import CELLS, Product
from crmeter.model.rules import Rules
from crmeter.model.tables import BY_NAME
from crmeter.stats.effects.trial import Arm
from crmeter.warehouse.duck import Warehouse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What is summed of each customer, and what that is divided by (None: the number of customers)."""

    value: Part
    per: Part | None = None


def outcome_of(kpi: Kpi) -> Outcome | None:
    """The parts of a KPI; None for one that is more than a sum or a ratio of sums, such as a median, and for one whose
    rows belong to no customer, such as those of users."""
    found = _parts(kpi)
    parts = [] if found is None else [found.value, *([found.per] if found.per else [])]
    return found if parts and all(map(_is_of_customers, parts)) else None


def _is_of_customers(part: Part) -> bool:
    totals = (part.x, part.y) if isinstance(part, Product) else (part,)
    others = {total.population for total in totals} - {CELLS}
    return all("customer_id" in {column.name for column in BY_NAME[base_table(name)].columns} for name in others)


def _parts(kpi: Kpi) -> Outcome | None:
    formula = kpi.formula
    if isinstance(formula, CustomerSum | RowCount | RowSum):
        return Outcome(formula.total)
    if isinstance(formula, Share | CustomerRatio | Quotient):
        return Outcome(formula.numerator, formula.denominator)
    if isinstance(formula, Mean):
        return Outcome(formula.total, formula.n)
    return None


@dataclass
class Outcomes:
    """The outcome of customers in some periods, each measured once."""

    warehouse: Warehouse
    rules: Rules
    outcome: Outcome
    _known: dict[Period, ByCustomer] = field(default_factory=dict)

    def arms(self, period: Period, groups: Sequence[Sequence[str]]) -> list[Arm]:
        """The customers of each group in a period; who did nothing counts with 0."""
        parts = [self.outcome.value] if self.outcome.per is None else [self.outcome.value, self.outcome.per]
        if period not in self._known:
            self._known[period] = by_customer(self.warehouse, self.rules, period, parts)
        known, nothing = self._known[period], (0.0,) * len(parts)
        found = []
        for customers in groups:
            table = np.array([known.get(customer, nothing) for customer in customers], dtype=float)
            table = table.reshape(-1, len(parts))
            found.append(Arm(table[:, 0], None if self.outcome.per is None else table[:, 1]))
        return found
