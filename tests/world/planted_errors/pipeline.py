"""Errors in open opportunities, stages and quotas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from crmeter.kpis.sales.pipeline_velocity import pipeline_velocity
from crmeter.metrics.measures import Total
from crmeter.model.populations import deals, quotas, stages
from crmeter.model.populations.population import Population
from tests.world.planting import Planted, formula, swap

Q4 = (date(2025, 10, 1), date(2026, 1, 1))

PIPELINE = (
    Planted(
        "won on a day that nobody noted is still open",
        swap(
            deals.open_rows,
            (
                "deals.filter(deals.closed_on.notnull() | deals.outcome.isnull())",
                "deals.filter(deals.currency.notnull())",
            ),
        ),
        "pipeline_value",
        "won_without_close",
    ),
    Planted(
        "what is closed on the day after is no longer open",
        swap(Population.in_periods, ("rows.until >= period.period_end", "rows.until > period.period_end")),
        "pipeline_value",
        "won_on_closing_day",
    ),
    Planted(
        "what has no day was always there",
        swap(deals.open_rows, ("timedelta(days=1)", "timedelta(days=9999)")),
        "pipeline_value",
        "open_undated",
    ),
    Planted(
        "what has no day was never there",
        swap(deals.open_rows, ("ibis.literal(horizon.as_of - timedelta(days=1))", "ibis.null('date')")),
        "pipeline_value",
        "open_undated",
        Q4,
    ),
    Planted(
        "a first contact is no beginning",
        swap(deals.open_rows, ("coalesce(deals.first_contact_on, now)", "coalesce(now)")),
        "pipeline_value",
        "open_from_contact",
    ),
    Planted(
        "opportunities by UTC date",
        swap(deals.open_rows, ("deals.created_on.coalesce", "deals.created_at.date().coalesce")),
        "pipeline_value",
        "open_on_closing_day",
    ),
    Planted(
        "open amounts are added whatever their currency",
        swap(deals.open_rows, ("amount = priced(deals, deals.amount)", "amount = deals.amount")),
        "pipeline_value",
        "open_in_dollars",
    ),
    Planted(
        "money moves instead of opportunities",
        formula("pipeline_velocity", replace(pipeline_velocity.formula, opened=Total("open_deals", "open_amount"))),  # type: ignore[type-var]
        "pipeline_velocity",
        "open_deal",
    ),
    Planted(
        "written down again is entered again",
        swap(
            stages._moves,
            (
                "entries.filter(entries.before.isnull() | (entries.before != entries.stage))",
                "entries.filter(entries.stage.notnull())",
            ),
        ),
        "stage_conversion[prospect]",
        "lost_3",
    ),
    Planted(
        "every entry counts",
        swap(stages.last_entries, ("found.entered_at == found.last_entered_at", "found.entered_at.notnull()")),
        "stage_conversion[qualify]",
        "open_deal",
    ),
    Planted(
        "the last place of the pipeline is forward",
        swap(
            stages._directions, ("((other.kind == _OPEN) & (other.position", "((other.kind != _WON) & (other.position")
        ),
        "stage_conversion[qualify]",
        "lost_1",
    ),
    Planted(
        "back is forward",
        swap(stages._directions, ("other.position > stage.position", "other.position != stage.position")),
        "stage_conversion[qualify]",
        "lost_2",
    ),
    Planted(
        "whoever is still in the stage did not go forward",
        swap(stages.entry_rows, ("moved_on=one(judged)", "moved_on=one(rows.in_pipeline)")),
        "stage_conversion[propose]",
        "open_without_amount",
    ),
    Planted(
        "a later stage undoes a decision",
        swap(stages.entry_rows, ("(rows.closed_on < rows.next_on).fill_null(False)", "ibis.literal(False)")),
        "stage_conversion[prospect]",
        "lost_2",
    ),
    Planted(
        "a decision holds for stages entered after it",
        swap(stages.entry_rows, (" & (rows.closed_on >= rows.on)", "")),
        "stage_conversion[qualify]",
        "lost_2",
        Q4,
    ),
    Planted(
        "decisions are held against the hour",
        swap(stages.entry_rows, ("(rows.closed_on >= rows.on)", "(rows.closed_at >= rows.entered_at)")),
        "stage_conversion[propose]",
        "won_no_contact_known",
    ),
    Planted(
        "stages of all pipelines stand in one",
        swap(stages._directions, ("stage.pipeline.identical_to(other.pipeline), ", "")),
        "stage_conversion[prospect]",
        "open_from_contact",
    ),
    Planted(
        "a stage that nobody knows is not forward",
        swap(stages.entry_rows, (" & forward.notnull()\n", "\n")),
        "stage_conversion[qualify]",
        "open_in_dollars",
    ),
    Planted(
        "stages of one instant stand in the order of their names",
        swap(stages._in_order, ("entries.entered_at, entries.position, ", "entries.entered_at, ")),
        "stage_conversion[propose]",
        "won_created_only",
    ),
    Planted(
        "stages by UTC date",
        swap(stages._moves, ("        on=entries.entered_on", "        on=entries.entered_at.date()")),
        "stage_conversion[prospect]",
        "lost_on_closing_day",
    ),
    Planted(
        "a deleted customer's opportunities move",
        swap(
            stages.entry_rows,
            ('as_survivor(tables["opportunity"].drop("stage"), tables)', 'tables["opportunity"].drop("stage")'),
        ),
        "stage_conversion[prospect]",
        "won_of_deleted",
    ),
    Planted(
        "a team's quota counts beside those of its owners",
        swap(quotas.quota_rows, ("owners.union(teams.anti_join(owners, same_days))", "owners.union(teams)")),
        "quota_attainment",
        "team a, 9999",
    ),
    Planted(
        "an owner's quota replaces the team's for ever",
        swap(
            quotas.quota_rows,
            ("teams.period_start < owners.period_end,", ""),
            ("owners.period_start < teams.period_end,", ""),
        ),
        "quota_attainment",
        "team a, 1300",
        (date(2025, 6, 1), date(2025, 8, 1)),
    ),
    Planted(
        "a quota counts whole wherever it touches",
        swap(quotas.within, ("joined.whole_quota * days / of_days", "joined.whole_quota * days / days")),
        "quota_attainment",
        "bea",
    ),
    Planted(
        "quotas are added whatever their currency",
        swap(quotas.quota_rows, ("whole_quota=priced(rows, rows.amount)", "whole_quota=rows.amount")),
        "quota_attainment",
        "dan",
    ),
)
