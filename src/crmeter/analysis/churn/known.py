"""The tables as an observer on a day could have read them: nothing that happened on that day or later.

What estimates are made from is read from here alone, so that no number can know what came after it. Only the tables
that have a day of their own are there; asking for another is a KeyError, not a leak. What a row learned later is taken
out of it: the end of a contract, the answer to a case.

Attributes of customers have no day. They are read as they stand today, and whoever shows a number made of them says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.rules import Rules
from crmeter.model.spells import spells
from crmeter.warehouse.duck import Warehouse

Tables = Mapping[str, ir.Table]


def known_before(tables: Tables, day: date) -> Tables:
    """Orders, contracts, cases and answers of before ``day``, and who is who."""
    orders, contracts, cases, answers = (tables[n] for n in ("order", "subscription", "case", "survey_response"))
    return {
        "customer": tables["customer"].select("customer_id", "segment"),
        "customer_alias": tables["customer_alias"],
        "rate": tables["rate"].filter(tables["rate"].day < day),
        "order": orders.filter(orders.ordered_on < day),
        "subscription": _unlearned(
            contracts.filter(contracts.started_on < day), day, {"ended_on": ("ended_at", "ended_on", "end_reason")}
        ),
        "case": _unlearned(
            cases.filter(cases.opened_on < day),
            day,
            {
                "first_response_on": ("first_response_at", "first_response_on", "first_response_by"),
                "resolved_on": ("resolved_at", "resolved_on", "handle_minutes", "reopened_count"),
            },
        ),
        "survey_response": answers.filter(answers.responded_on < day, answers.score.notnull()),
    }


def _unlearned(rows: ir.Table, day: date, later: Mapping[str, tuple[str, ...]]) -> ir.Table:
    """``rows`` with null for what they learned on ``day`` or after: the columns that came with each of these days."""
    columns: dict[str, ir.Value] = {}
    for learned_on, names in later.items():
        known = (rows[learned_on] < day).fill_null(False)
        columns |= {name: known.ifelse(rows[name], ibis.null(rows[name].type())) for name in names}
    return rows.mutate(**columns)


def spells_before(warehouse: Warehouse, rules: Rules, day: date) -> ir.Table:
    """The spells as they were known on ``day``, kept; those of the load where it is its data horizon."""
    if day == warehouse.load.as_of:
        return warehouse.tables["spell"]
    return warehouse.keep(spells(known_before(warehouse.tables, day), rules, day))
