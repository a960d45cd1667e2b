"""Which attributes of customers can be looked through."""

from __future__ import annotations

from collections.abc import Sequence

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kpis.customers.customers import customers_end
from crmeter.metrics.dimensions import CAMPAIGN, COHORT, DERIVED, attributes, resolve
from crmeter.warehouse.duck import Warehouse

PREFIX = "customer."
FROM_THE_START = (CAMPAIGN, COHORT)  # of what is derived, what does not follow from how long somebody stayed
# the month somebody came is what survival is measured from, and few customers share an owner or a year of birth
_NOT_SEARCHED = (COHORT, "owner_id", "birth_year")


def searched(warehouse: Warehouse) -> tuple[str, ...]:
    """The attributes of customers that are looked through where none is named."""
    every = attributes("customer", warehouse.tables)
    return tuple(f"{PREFIX}{name}" for name in every if name not in (*_NOT_SEARCHED, *_behaviour(warehouse)))


def chosen(warehouse: Warehouse, names: Sequence[str]) -> tuple[str, ...]:
    """``names`` as attributes of the customer; UserError where one is none, or follows from how long somebody stayed.

    A tier is worked out from all that a customer has bought: whoever stays longer has bought more. Split by it, large
    customers would always seem to stay.
    """
    found = []
    for name in names:
        column = resolve(name, customers_end, warehouse.tables).column
        if column in _behaviour(warehouse):
            raise UserError.of(
                t("Who stays cannot be split by {name}.", name=f"{PREFIX}{column}"),
                t("It follows from what a customer has bought so far, and whoever stays longer has bought more."),
                t("Split by what was known when the relationship began, such as customer.channel."),
            )
        found.append(f"{PREFIX}{column}")
    return tuple(dict.fromkeys(found))


def _behaviour(warehouse: Warehouse) -> list[str]:
    own = warehouse.tables["customer"].columns
    return [name for name in DERIVED if name not in FROM_THE_START and name not in own]
