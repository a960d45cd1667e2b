"""What customers are likely to need next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crmeter.analysis.needs.accuracy import LEAST, POPULAR, Accuracy, accuracy
from crmeter.analysis.needs.affinity import Affinity, affinities
from crmeter.analysis.needs.bought import ITEMS, Bought, bought
from crmeter.analysis.needs.next_purchase import Likely, NextPurchases
from crmeter.analysis.selection import customers_chosen
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.metrics.dimensions import parse_filters

__all__ = ["ITEMS", "Needs", "needs"]

TOP = 3
FEWEST_ITEMS = 2


@dataclass(frozen=True)
class Needs:
    """The findings as plain values, and what is likely for each customer, made as it is asked for."""

    told: dict[str, Any]
    likely: NextPurchases
    people: tuple[int, ...]
    top: int

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row for each customer and item, for a file."""
        for customer, items in self.likely.of_customers(self.top, self.people):
            for place, each in enumerate(items, 1):
                because = "; ".join(each.because)
                yield {"customer_id": customer, "place": place, "item": each.item, "chance": each.chance,
                       "popular": each.popular, "because": because, "basis": self.likely.basis}  # fmt: skip


def needs(
    workspace: Workspace,
    *,
    item: str = "product",
    by: str | None = None,
    customer: str | None = None,
    where: Sequence[str] = (),
    top: int = TOP,
) -> Needs:
    """What goes with what, how often the next purchase is foretold, and the likeliest next purchases: of one
    ``customer``, else of the members of a dimension, else of all.

    UserError where orders name no items, or there is no such customer or dimension.
    """
    filters = parse_filters(where)
    with believed(workspace) as warehouse:
        warehouse.begin()
        load, rules = warehouse.load, workspace.rules
        dimensions = (by,) if by else ()
        chosen = warehouse.rows(customers_chosen(warehouse, rules, filters, dimensions))
        found = bought(warehouse, item)
    _ensure_enough(found, item)
    measured = accuracy(found, load.as_of, tuple(dict.fromkeys((1, top, 5))))
    likely = NextPurchases.by(found, load.as_of, measured.recommended if measured else POPULAR)
    number = {name: n for n, name in enumerate(found.customers)}
    people = tuple(sorted(number[row[0]] for row in chosen if row[0] in number))
    told = {
        "item": item,
        "as_of": str(load.as_of),
        "load": load.number,
        "where": [str(f) for f in filters],
        "customers": len(found.customers),
        "purchases": len(found.choices),
        "items": len(found.items),
        "without_item": found.without_item,
        "rare": found.rare,
        "accuracy": _accuracy(measured),
        "recommended": likely.basis,
        "least_customers": LEAST,
        "affinities": [_affinity(each) for each in affinities(found)],
    }
    if customer is not None:
        told["customer"] = _customer(likely, number, customer, top)
    else:
        groups = _groups([(row[0], row[1] if by else None) for row in chosen if row[0] in number], number)
        told["next"] = [
            {"by": {by: member} if by else {}, "customers": len(people_of), "items": _items(likely, top, people_of)}
            for member, people_of in groups
        ]
    return Needs(told, likely, people, top)


def _ensure_enough(found: Bought, item: str) -> None:
    if len(found.items) < FEWEST_ITEMS:
        raise UserError.of(
            t("Orders name fewer than two different items ({column}).", column=f"order.{item}"),
            t("Without them nothing can be said about what customers need."),
            t("Map order.product or order.product_line and load again, or try the other with --item."),
        )


def _groups(chosen: Sequence[tuple[str, str | None]], number: dict[str, int]) -> list[tuple[str | None, list[int]]]:
    """The customers of each member, the largest group first, those without one last."""
    found: dict[str | None, list[int]] = {}
    for name, member in chosen:
        found.setdefault(member, []).append(number[name])
    return sorted(found.items(), key=lambda group: (group[0] is None, -len(group[1]), group[0] or ""))


def _items(likely: NextPurchases, top: int, people: Sequence[int]) -> list[dict[str, Any]]:
    return [_likely(each) for each in likely.of_group(top, people)]


def _likely(each: Likely) -> dict[str, Any]:
    return {**asdict(each), "because": list(each.because)}


def _customer(likely: NextPurchases, number: dict[str, int], customer: str, top: int) -> dict[str, Any]:
    if customer not in number:
        raise UserError.of(
            t("Nothing is known that “{id}” has bought.", id=customer),
            t("The customer has no order that names an item, was merged or deleted, or does not exist."),
            t("Name another, or see what all are likely to buy: crmeter needs"),
        )
    [(name, items)] = likely.of_customers(top, [number[customer]])
    return {"customer_id": name, "items": [_likely(each) for each in items]}


def _accuracy(measured: Accuracy | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {
        "cutoff": str(measured.cutoff),
        "until": str(measured.until),
        "customers": measured.customers,
        "hit_rates": [asdict(rate) for rate in measured.rates],
    }


def _affinity(each: Affinity) -> dict[str, Any]:
    told = asdict(each)
    lifted = told.pop("lift")
    return {**told, "lift": lifted["value"], "low": lifted["low"], "high": lifted["high"], "p": lifted["p"]}
