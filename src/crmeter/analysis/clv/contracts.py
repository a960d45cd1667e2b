"""What customers with a contract are expected to bring: how long they go on renewing, times what they pay a month.

The model is shifted beta-geometric: everyone has a chance of their own to leave at a renewal, so that those with a high
one leave first and a cohort grows more loyal with age. It is fitted to the renewals of all cohorts together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.clv.contract_history import NEAR, Contracts, contracts, monthly_amounts, months_between
from crmeter.analysis.clv.scores import of_group
from crmeter.model.rules import Rules
from crmeter.stats.clv import shifted_beta_geometric
from crmeter.stats.clv.histories import Numbers
from crmeter.stats.clv.shifted_beta_geometric import ShiftedBetaGeometric
from crmeter.stats.intervals import two_sided_z
from crmeter.warehouse.duck import Warehouse

LEAST_CONTRACTS = 100
LEAST_LOST = 20
LEAST_DAYS = 90  # that can be held out
SETS = 200
MONTH = 365.25 / 12
ROUNDING = 1e-9


@dataclass(frozen=True)
class ContractEstimate:
    """The estimate for the stretches that run (``rows`` of all), what each pays a month, and the check on what was held
    out (None where too little was known). ``expected_value`` is that of each row, ``variance`` how far it may lie off
    by chance, ``draws`` that of all rows by sets of parameters."""

    contracts: Contracts
    model: ShiftedBetaGeometric
    rows: NDArray[np.intp]
    monthly: Numbers
    expected_value: Numbers
    stays: Numbers  # the chance that each is still there at the end of the horizon
    variance: Numbers
    draws: Numbers  # sets of parameters x rows
    check: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        fit = self.model.fit
        [total] = self._groups(np.zeros(len(self.rows), dtype=np.intp), 1)
        return {
            "model": {
                "id": "shifted_beta_geometric",
                "parameters": [
                    {"name": name, "value": float(value), "standard_error": error}
                    for name, value, error in zip(fit.names, fit.parameters, fit.standard_errors, strict=True)
                ],
                "status": fit.status,
                "customers": int(fit.customers),
            },
            "renewal_months": self.contracts.renewal_months,
            "held_out": self.check,
            "total": total,
            "cohorts": self._cohorts(),
        }

    def by_members(self, members: Mapping[str, str | None]) -> list[dict[str, Any]]:
        """The members of a dimension, the most valuable customers first."""
        of = [members.get(customer) for customer in self.contracts.customer_id[self.rows]]
        names = sorted(set(of), key=lambda name: (name is None, name or ""))
        place = {name: i for i, name in enumerate(names)}
        rows = self._groups(np.array([place[name] for name in of], dtype=np.intp), len(names))
        found = [{"member": name, **row} for name, row in zip(names, rows, strict=True)]
        return sorted(found, key=lambda row: -row["mean_value"])

    def _groups(self, codes: NDArray[np.intp], count: int) -> list[dict[str, Any]]:
        sizes = np.bincount(codes, minlength=count)
        totals, own, monthly, stays = (
            np.bincount(codes, column, count)
            for column in (self.expected_value, self.variance, self.monthly, self.stays)
        )
        errors = np.array([np.bincount(codes, row, count) for row in self.draws]).std(axis=0, ddof=1)
        return [
            {
                "customers": int(sizes[place]),
                "monthly_amount": float(monthly[place]),
                "expected_staying": float(stays[place]),
                "expected_value": of_group(float(totals[place]), float(errors[place]), float(own[place])).as_json(),
                "mean_value": float(totals[place]) / int(sizes[place]) if sizes[place] else 0.0,
            }
            for place in range(count)
        ]

    def _cohorts(self) -> list[dict[str, Any]]:
        """By year of the first day: how many began, are still there, and would be by the model."""
        found = self.contracts
        years = found.started_on.astype("M8[Y]").astype(np.int64) + 1970
        age = months_if_there(found)
        expected = self.model.survival(found.passed(age))
        return [
            {
                "cohort": str(year),
                "customers": int((years == year).sum()),
                "there": int(found.runs()[years == year].sum()),
                "expected_there": float(expected[years == year].sum()),
            }
            for year in np.unique(years).tolist()
        ]


def months_if_there(found: Contracts, on: date | None = None) -> Numbers:
    """The age that each stretch has or would have had."""
    return months_between(found.started_on, np.full(len(found), np.datetime64(on or found.end), "M8[D]"))


def contract_estimate(
    warehouse: Warehouse, rules: Rules, end: date, horizon_days: int, annual_discount: float, margin: float | None
) -> ContractEstimate | None:
    """The value of the contracts that run at ``end`` within the horizon; None where too few began or ended to tell."""
    if not warehouse.has_contracts:
        return None
    found = contracts(warehouse, rules, end)
    lost, staying = found.counts()
    if len(found) < LEAST_CONTRACTS or lost.sum() < LEAST_LOST or not found.runs().any():
        return None
    model = shifted_beta_geometric.fit(lost, staying)
    rows = np.flatnonzero(found.runs())
    amounts = monthly_amounts(warehouse, rules, end)
    monthly = np.array([amounts.get(customer, 0.0) for customer in found.customer_id[rows]])
    worth = monthly * (1.0 if margin is None else margin)
    ahead = Payments(found.months()[rows], found.renewal_months, horizon_days, annual_discount)
    value, variance = ahead.moments(model)
    sets = model.fit.draws(SETS, seed=21)
    draws = np.array([ahead.moments(model.with_parameters(p))[0] for p in sets]) * worth
    stays = ahead.staying(model)
    held = min(horizon_days, (end - found.started_on.min().astype(object)).days // 2)
    return ContractEstimate(
        found, model, rows, monthly, value * worth, stays, variance * worth**2, draws, _check(found, held)
    )


@dataclass(frozen=True)
class Payments:
    """The payments of a unit a month that fall into the horizon, for stretches of so many ``months``."""

    months: Numbers
    renewal_months: int
    horizon_days: int
    annual_discount: float

    def moments(self, model: ShiftedBetaGeometric) -> tuple[Numbers, Numbers]:
        """The mean and variance of their worth today. Who misses one pays none after it, so of the worth C of all up to
        each payment the mean square is the sum of C² − C² of the payment before, each times the chance to get there."""
        first = np.ceil(self.months - ROUNDING)
        now = self._passed(self.months + NEAR)
        mean, square, worth = (np.zeros(len(self.months)) for _ in range(3))
        here = model.survival(now)
        for step in range(math.ceil(self.horizon_days / MONTH) + 1):
            wait = np.maximum(first - self.months, 0.0) + step
            inside = wait * MONTH < self.horizon_days
            chance = np.where(inside, model.survival(np.maximum(self._passed(first + step), now)) / here, 0.0)
            more = worth + np.where(inside, (1 + self.annual_discount) ** (-wait / 12), 0.0)
            mean += (more - worth) * chance
            square += (more**2 - worth**2) * chance
            worth = more
        return mean, np.maximum(square - mean**2, 0.0)

    def staying(self, model: ShiftedBetaGeometric) -> Numbers:
        """The chance to be still there at the end of the horizon."""
        then = self._passed(self.months + self.horizon_days / MONTH + NEAR)
        found: Numbers = model.survival(then) / model.survival(self._passed(self.months + NEAR))
        return found

    def _passed(self, months: Numbers) -> Numbers:
        passed: Numbers = np.floor(months / self.renewal_months)
        return passed


def _check(found: Contracts, held_days: int) -> dict[str, Any] | None:
    """Those who ran at the split and still do, against what the model fitted before it expected, and against the share
    who stayed as many days before."""
    if held_days < LEAST_DAYS:
        return None
    split = found.end - timedelta(days=held_days)
    lost, staying = found.counts(split)
    there = found.runs(split)
    if lost.sum() < LEAST_LOST or there.sum() < LEAST_CONTRACTS:
        return None
    model = shifted_beta_geometric.fit(lost, staying)
    before, after = (found.passed(months_if_there(found, day)[there]) for day in (split, found.end))
    chances = model.survival(after) / model.survival(before)
    sums = [
        (m.survival(after) / m.survival(before)).sum() for m in map(model.with_parameters, model.fit.draws(SETS, 22))
    ]
    half = two_sided_z(0.95) * math.sqrt(float(np.var(sums, ddof=1) + (chances * (1 - chances)).sum()))
    total = int(there.sum())
    earlier = found.runs(split - timedelta(days=held_days))
    stayed = float((earlier & there).sum() / earlier.sum()) if earlier.any() else None
    return {
        "start": str(split),
        "end": str(found.end),
        "days": held_days,
        "customers": total,
        "stayed": int((there & found.runs()).sum()),
        "expected": float(chances.sum()),
        "low": max(float(chances.sum()) - half, 0.0),
        "high": min(float(chances.sum()) + half, float(total)),
        "naive": None if stayed is None else stayed * total,
    }
