"""Contacts between users and customers."""

from __future__ import annotations

from crmeter.kernel.expressions import ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Population, Tables, one


def interaction_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    contacts = as_survivor(tables["interaction"], tables)
    return contacts.mutate(interactions=one(contacts.interaction_id.notnull()))


INTERACTIONS = Population(
    "interactions",
    "interaction",
    ("interaction", "customer_alias"),
    interaction_rows,
    {"interactions": "contacts with customers"},
)
