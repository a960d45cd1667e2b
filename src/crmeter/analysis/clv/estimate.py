"""The estimate of customer lifetime value: which model, what it says of customers, groups and tiers, and of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmeter.analysis.clv.held_out import Check, check
from crmeter.analysis.clv.models import FITS, LEAST_CUSTOMERS, LEAST_RETURNING, MODELS
from crmeter.analysis.clv.order_history import Cut, OrderHistory, order_history
from crmeter.analysis.clv.scores import Scores
from crmeter.analysis.clv.tiers import TIERS, Tiers, tiers
from crmeter.analysis.clv.worth import Money, OrderValue, order_value
from crmeter.model.rules import Rules
from crmeter.model.tiers import Cuts
from crmeter.stats.clv.fit import Fit
from crmeter.stats.clv.order_model import OrderModel
from crmeter.warehouse.duck import Warehouse

LEAST_DAYS = 56  # of history


class TooLittle(Exception):
    """What there is of what a model needs: customers, those of them with a second purchase, days of orders."""

    def __init__(self, customers: int, returning: int, days: int) -> None:
        super().__init__(customers, returning, days)
        self.customers, self.returning, self.days = customers, returning, days


@dataclass(frozen=True)
class Estimate:
    """What :func:`estimate` found."""

    scores: Scores
    model_name: str
    check: Check | None
    tiers: Tiers

    @property
    def history(self) -> OrderHistory:
        return self.scores.history


def estimate(
    warehouse: Warehouse,
    rules: Rules,
    end: date,
    *,
    horizon_days: int,
    annual_discount: float,
    money: Money,
    model: str | None = None,
) -> Estimate:
    """The value of every purchase customer within ``horizon_days`` of ``end``, the first day that is not looked at.

    ``model`` is one of MODELS; None takes the one that the check on held-out orders recommends, and the simplest where
    there is nothing to check. Raises TooLittle where there are too few customers to learn from.
    """
    started = warehouse.load.history_start
    days = (end - started).days if started else 0
    history = order_history(warehouse, rules.currency, Cut(end, min(horizon_days, max(days, 0) // 2)))
    returning = int((history.bought.histories.repeat_orders > 0).sum())
    worth = order_value(history.bought) if len(history) else None
    if days < LEAST_DAYS or len(history) < LEAST_CUSTOMERS or returning < LEAST_RETURNING or worth is None:
        raise TooLittle(len(history), returning, days)
    checked = check(history, model)
    name, fitted = _fitted(history, model, checked)
    scores = Scores(history, fitted, worth, money, horizon_days, annual_discount)
    return Estimate(scores, name, checked, tiers(scores.expected_value, Cuts(rules.tier_high, rules.tier_medium)))


def _fitted(history: OrderHistory, asked: str | None, checked: Check | None) -> tuple[str, OrderModel]:
    """The model asked for; else the recommended one, or the first of those as good whose parameters are all known."""
    wanted = (asked,) if asked else (checked.recommended, *checked.as_good) if checked else MODELS
    found = [(name, FITS[name](history.bought.histories)) for name in wanted[:1]]
    if not asked and not found[0][1].fit.is_ok:
        others = [name for name in dict.fromkeys((*wanted, *MODELS)) if name != wanted[0]]
        found += [(name, FITS[name](history.bought.histories)) for name in others]
    return next((pair for pair in found if pair[1].fit.is_ok), found[0])


def by_tier(found: Estimate) -> list[dict[str, Any]]:
    """The tiers with their cuts: customers, expected value together and its share."""
    groups = _groups(found, found.tiers.codes, TIERS)
    for row, least in zip(groups, found.tiers.least, strict=True):
        row["least_expected_value"] = least
    return groups


def by_members(found: Estimate, members: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """The members of a dimension, the most valuable customers first; ``members`` tells that of each customer id."""
    of = [members.get(customer) for customer in found.history.customer_id]
    names = sorted(set(of), key=lambda name: (name is None, name or ""))
    place = {name: i for i, name in enumerate(names)}
    rows = _groups(found, np.array([place[name] for name in of], dtype=np.intp), names)
    return sorted(rows, key=lambda row: -row["mean_value"])


def total(found: Estimate) -> dict[str, Any]:
    """All customers together."""
    [row] = _groups(found, np.zeros(len(found.history), dtype=np.intp), (None,))
    return {name: value for name, value in row.items() if name not in ("member", "share")}


def _groups(found: Estimate, codes: NDArray[np.intp], names: Sequence[str | None]) -> list[dict[str, Any]]:
    """One row a group. ``mean_value`` is per customer; ``bought_value`` is the mean amount of purchases so far."""
    scores, count = found.scores, len(names)
    sizes = np.bincount(codes, minlength=count)
    columns = (scores.probability_active, scores.expected_orders, found.history.bought.amount)
    active, orders, amount = (np.bincount(codes, column, count) for column in columns)
    worth = scores.of_groups(codes, count)
    everything = sum(each.value for each in worth)
    rows = []
    for place, name in enumerate(names):
        size = int(sizes[place])
        rows.append(
            {
                "member": name,
                "customers": size,
                "expected_active": float(active[place]),
                "expected_orders": float(orders[place]),
                "expected_value": worth[place].as_json(),
                "mean_value": worth[place].value / size if size else 0.0,
                "mean_amount_so_far": float(amount[place]) / size if size else 0.0,
                "share": worth[place].value / everything if everything else None,
            }
        )
    return rows


def customers(found: Estimate, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Single customers, with their intervals."""
    histories = found.history.bought.histories
    told = found.scores.of_customers(rows)
    return [
        {
            "customer_id": str(found.history.customer_id[row]),
            "repeat_orders": int(histories.repeat_orders[row]),
            "days_since_last_order": int(histories.age_days[row] - histories.age_at_last_order[row]),
            "age_days": int(histories.age_days[row]),
            "amount_so_far": float(found.history.bought.amount[row]),
            "tier": TIERS[found.tiers.codes[row]],
            **{name: number.as_json() for name, number in each.items()},
        }
        for row, each in zip(rows, told, strict=True)
    ]


def top(found: Estimate, count: int) -> list[int]:
    """The customers with the highest expected value, by id where it is the same; all of them where ``count`` is 0."""
    order = np.argsort(-found.scores.expected_value, kind="stable")[: count or None]
    return [int(row) for row in order]


def fit_as_json(fit: Fit) -> dict[str, Any]:
    """Parameters with their standard errors, and what the data do not tell."""
    return {
        "parameters": [
            {"name": name, "value": float(value), "standard_error": error}
            for name, value, error in zip(fit.names, fit.parameters, fit.standard_errors, strict=True)
        ],
        "status": fit.status,
        "log_likelihood": fit.log_likelihood,
        "customers": int(fit.customers),
    }


def order_value_as_json(value: OrderValue) -> dict[str, Any]:
    """The model of amounts (None where each order counts the mean of all), and whether its assumption holds."""
    related = value.correlation
    told = {**vars(related), "holds": related.holds} if related else None
    return {"mean": value.mean, "model": fit_as_json(value.model.fit) if value.model else None, "correlation": told}
