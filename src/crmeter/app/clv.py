"""What customers are expected to bring from now on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from crmeter.analysis.clv import estimate as purchases
from crmeter.analysis.clv.contracts import ContractEstimate, contract_estimate
from crmeter.analysis.clv.estimate import Estimate, TooLittle
from crmeter.analysis.clv.models import LEAST_CUSTOMERS, LEAST_RETURNING, MODELS
from crmeter.analysis.clv.worth import money
from crmeter.analysis.selection import customers_chosen
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.expressions import Private
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

__all__ = ["MODELS", "Asked", "customer_values"]

HORIZON_DAYS = 365
LONGEST = 3650


@dataclass(frozen=True)
class Asked:
    """What is asked for: the horizon in days, the dimension to split by, the model (None: the recommended one), the
    first day that is not looked at (None: the data horizon), how many of the best customers to list (0: all), or one
    ``customer``; a yearly ``discount`` and a ``margin`` (0 to 1) in place of those of the settings."""

    horizon_days: int = HORIZON_DAYS
    by: str | None = None
    model: str | None = None
    as_of: date | None = None
    top: int = 10
    customer: str | None = None
    discount: float | None = None
    margin: float | None = None


def customer_values(workspace: Workspace, asked: Asked) -> dict[str, Any]:
    """The estimate as plain values: of purchase customers, and of contract customers where there are any.

    UserError where an option makes no sense, or there is too little to learn from.
    """
    _refuse(asked)
    rules = workspace.rules
    discount = rules.discount_rate if asked.discount is None else asked.discount
    with believed(workspace) as warehouse:
        end = _end(warehouse, asked.as_of)
        left = money(warehouse, rules, end, asked.margin)
        members = _members(warehouse, rules, asked.by)
        lacking: TooLittle | None = None
        found: Estimate | None = None
        try:
            found = purchases.estimate(
                warehouse, rules, end,
                horizon_days=asked.horizon_days, annual_discount=discount, money=left, model=asked.model,
            )  # fmt: skip
        except TooLittle as error:
            lacking = error
        contracts = contract_estimate(warehouse, rules, end, asked.horizon_days, discount, left.margin)
        if found is None and contracts is None:
            raise _too_little(lacking)
        return {
            "as_of": str(end),
            "load": warehouse.load.number,
            "horizon_days": asked.horizon_days,
            "currency": rules.currency,
            "discount_rate": discount,
            "money": left.as_json(),
            "by": asked.by,
            "tier_shares": {"high": rules.tier_high, "medium": rules.tier_medium},
            "purchases": _of_purchases(warehouse, found, asked, members) if found else None,
            "too_little": _lacking(lacking) if lacking else None,
            "contracts": _of_contracts(contracts, members) if contracts else None,
        }


def _of_purchases(
    warehouse: Warehouse, found: Estimate, asked: Asked, members: dict[str, str | None] | None
) -> dict[str, Any]:
    rows = [_row_of(warehouse, found, asked.customer)] if asked.customer else purchases.top(found, asked.top)
    scores = found.scores
    return {
        "model": {
            "id": found.model_name,
            "asked_for": asked.model is not None,
            **purchases.fit_as_json(scores.model.fit),
        },
        "purchases_without_rate": found.history.bought.unpriced,
        "order_value": purchases.order_value_as_json(scores.order_value),
        "held_out": found.check.as_json() if found.check else None,
        "total": purchases.total(found),
        "tiers": purchases.by_tier(found),
        "groups": purchases.by_members(found, members) if members is not None else None,
        "customers": purchases.customers(found, rows),
    }


def _of_contracts(found: ContractEstimate, members: dict[str, str | None] | None) -> dict[str, Any]:
    return {**found.as_json(), "groups": found.by_members(members) if members is not None else None}


def _refuse(asked: Asked) -> None:
    if not 1 <= asked.horizon_days <= LONGEST:
        raise UserError.of(t("The horizon is {days} days.", days=asked.horizon_days),
                           next=t("Choose between 1 and {most} days.", most=LONGEST))  # fmt: skip
    if asked.discount is not None and not 0 <= asked.discount <= 10:
        raise UserError.of(t("A discount rate of {rate} makes no sense.", rate=asked.discount),
                           next=t("Write 0.1 for 10% a year."))  # fmt: skip
    if asked.margin is not None and not 0 <= asked.margin <= 1:
        raise UserError.of(t("A margin of {margin} makes no sense.", margin=asked.margin),
                           next=t("Write 0.4 for 40%."))  # fmt: skip


def _end(warehouse: Warehouse, as_of: date | None) -> date:
    known = warehouse.load.as_of
    if as_of is None:
        return known
    if as_of > known:
        raise UserError.of(
            t("{day} is after the end of the data.", day=as_of), next=t("The data reach to {day}.", day=known)
        )
    return as_of


def _members(warehouse: Warehouse, rules: Rules, by: str | None) -> dict[str, str | None] | None:
    """The member of the dimension that each customer is of."""
    if by is None:
        return None
    chosen = customers_chosen(warehouse, rules, by=(by,))
    return dict(warehouse.rows(chosen))


def _row_of(warehouse: Warehouse, found: Estimate, customer: str) -> int:
    """The place of a customer, of the survivor where it was merged."""
    alias = warehouse.tables["customer_alias"]
    merged = warehouse.rows(alias.filter(alias.customer_id == Private(customer)).select("survivor_id"))
    wanted = merged[0][0] if merged else customer
    if wanted is None:
        raise UserError.of(t("The customer “{id}” was deleted.", id=customer))
    places = (found.history.customer_id == wanted).nonzero()[0]
    if not len(places):
        raise UserError.of(
            t("The customer “{id}” has no purchase before {day}.", id=customer, day=found.history.cut.end),
            t("The value is estimated from purchases: sales that do not only invoice a subscription."),
        )
    return int(places[0])


def _lacking(found: TooLittle) -> dict[str, int]:
    return {
        "customers": found.customers,
        "returning": found.returning,
        "days": found.days,
        "needs_customers": LEAST_CUSTOMERS,
        "needs_returning": LEAST_RETURNING,
        "needs_days": purchases.LEAST_DAYS,
    }


def _too_little(found: TooLittle | None) -> UserError:
    there = found or TooLittle(0, 0, 0)
    return UserError.of(
        t(
            "There is too little to estimate customer lifetime value from: {customers} customers with a purchase, "
            "{returning} of them with a second one, in {days} days.",
            customers=there.customers, returning=there.returning, days=there.days,
        ),
        t("A model learns from customers who come back; of few it would only make up numbers."),
        t(
            "It takes {customers} customers, {returning} with a purchase on a second day, and {days} days of orders. "
            "Until then: crmeter kpi clv.historical_mean",
            customers=LEAST_CUSTOMERS, returning=LEAST_RETURNING, days=purchases.LEAST_DAYS,
        ),
    )  # fmt: skip
