"""Errors in who is who and since when: merges, deletions, spells."""

from __future__ import annotations

from datetime import date

from crmeter.metrics import formulas, request
from crmeter.model import cells, identity, spells
from crmeter.model.contributions import contracts as contract_part
from crmeter.model.contributions import spells as spell_part
from crmeter.warehouse import derive
from tests.world.planting import Planted, cell, swap

TEN_DAYS = (date(2025, 10, 1), date(2025, 10, 11))
FIRST_YEAR = (date(2022, 10, 1), date(2023, 1, 1))

IDENTITY = (
    Planted(
        "a merged customer counts beside its survivor",
        swap(identity.as_survivor, ("kept.survivor_id.coalesce(kept.customer_id)", "kept.customer_id")),
        "customers.new",
        "merge_mid, merge_new",
        derives=True,
    ),
    Planted(
        "of a chain of merges only one step is followed",
        swap(derive.end_of_chain, ("while path[-1] in merged:", "if path[-1] in merged:")),
        "customers.new",
        "merge_old",
        derives=True,
    ),
    Planted(
        "deleted customers stay",
        swap(identity.as_survivor, ("kept = found.filter(", "kept = found; (")),
        "revenue",
        "of_deleted",
    ),
    Planted(
        "merged into a deleted customer stays",
        swap(derive.survivors, ("gone = end in deleted and end not in merged", "gone = customer in deleted")),
        "revenue",
        "of_merged_into_deleted",
        derives=True,
    ),
    Planted(
        "a duplicate that its merge marked as deleted is out",
        swap(derive.survivors, ("gone = end in deleted and", "gone = customer in deleted or end in deleted and")),
        "revenue",
        "merge_2",
        derives=True,
    ),
    Planted(
        "cases of nobody are out",
        swap(
            identity.as_survivor, ("found.alias_id.isnull()", "(found.alias_id.isnull() & rows.customer_id.notnull())")
        ),
        "complaint_rate",
        "nobody",
    ),
)

SPELLS = (
    Planted(
        "inactivity a day short",
        swap(spells.sale_cover, ("inactivity(sales, tables, rules) + 1", "inactivity(sales, tables, rules)")),
        "customers.returned",
        "bought_on_day_366",
        derives=True,
    ),
    Planted(
        "inactivity a day long",
        swap(spells.sale_cover, ("inactivity(sales, tables, rules) + 1", "inactivity(sales, tables, rules) + 2")),
        "customers.returned",
        "bought_on_day_367",
        derives=True,
    ),
    Planted(
        "stretches that touch stay apart",
        swap(spells.merged, ("reach.started_on > days_after", "reach.started_on >= days_after")),
        "customers.ended",
        "contract_touching, bought_on_day_366",
        derives=True,
    ),
    Planted(
        "only the stretch right before is looked at",
        swap(spells.merged, ("cover.ended_on.max().over(before)", "cover.ended_on.last().over(before)")),
        "customers.ended",
        "contained",
        derives=True,
    ),
    Planted(
        "a refund makes a customer",
        swap(spells.sale_cover, ('orders.kind == "sale", ', "")),
        "customers.returned",
        "refund_of_one_who_left",
        derives=True,
    ),
    Planted(
        "an invoice is a purchase",
        swap(spells.sale_cover, (", orders.subscription_id.isnull()", "")),
        "customers.start",
        "invoice_q2",
        derives=True,
    ),
    Planted(
        "a contract cancelled at once makes a customer",
        swap(spells.contract_cover, ("cover.ended_on > cover.started_on", "cover.ended_on >= cover.started_on")),
        "customers.new",
        "cancelled_at_once",
        derives=True,
    ),
    Planted(
        "whoever comes back is new",
        swap(spell_part.from_spells, ("(met.number == 1)", "(met.number >= 1)")),
        "customers.new",
        "returned",
    ),
    Planted(
        "who joins on the first day was there before",
        swap(spell_part.from_spells, ("at_start=one(started < s)", "at_start=one(started <= s)")),
        "customers.start",
        "first_day",
    ),
    Planted(
        "a spell that ends with the period is over before",
        swap(spell_part.from_spells, ("at_end=one(met.known_end >= e)", "at_end=one(met.known_end > e)")),
        "customers.end",
        "gone_on_closing_day, contract_ends_on_closing_day",
    ),
    Planted(
        "an end on the day after the period is in it",
        swap(spell_part.from_spells, ("(met.known_end < e)", "(met.known_end <= e)")),
        "customers.ended",
        "gone_on_closing_day",
    ),
    Planted(
        "an end on the first day is before the period",
        swap(spell_part.from_spells, ("ended = (met.known_end >= s)", "ended = (met.known_end > s)")),
        "customers.ended",
        "gone_on_first_day",
    ),
    Planted(
        "days before the period count as customer-years",
        swap(spell_part.from_spells, ("ibis.greatest(started, s)", "started")),
        "purchase_frequency",
        "regular",
    ),
    Planted(
        "who left and came back has left",
        cell("left", lambda c: cells.one(c.ended > 0)),
        "churn_rate.exposed",
        "bought_on_day_367",
    ),
    Planted(
        "who joined and left is not lost to anybody",
        cell("left", lambda c: c.at_start * (1 - c.at_end)),
        "churn_rate.exposed",
        "joined_and_left",
    ),
    Planted(
        "only customers at the start are exposed",
        cell("exposed", lambda c: c.at_start),
        "churn_rate.exposed",
        "unknown",
    ),
    Planted(
        "contracts that end with the period do not run",
        swap(contract_part.from_contracts, ("contracts.ended_on >= period", "contracts.ended_on > period")),
        "active_customers",
        "contract_ends_on_closing_day",
    ),
    Planted(
        "whoever paid is active",
        cell("active", lambda c: cells.one((c.revenue != 0) | (c.contracts > 0))),
        "active_customers",
        "invoice_q3, refund_of_earlier_sale",
    ),
    Planted(
        "the short history is not noticed",
        swap(request.Measurement.out_of_reach, ("known.end < floor", "False")),
        "churn_rate.cohort",
        "first_ever",
        FIRST_YEAR,
    ),
    Planted(
        "churn is annualised by the name of the period",
        swap(formulas.per_year, ("view.months in (1, 3, 6, 12)", "True"), ("12 / view.months", "4")),
        "churn_rate.annualised",
        "gone_on_closing_day",
        TEN_DAYS,
    ),
)
