"""Entries of opportunities into stages, and what came next."""

from __future__ import annotations

from typing import Any

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Population, Tables, one

_OPEN, _WON = "open", "won"


def entry_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """One row for each entry into a stage, with the attributes of the opportunity; ``stage`` is the one entered.

    What came next is the following entry into another stage, or the decision where that came first. It went forward
    where the next stage stands behind this one in a pipeline or is won; where no pipeline has both, nobody knows.
    """
    entries = _moves(tables, horizon)
    deals = as_survivor(tables["opportunity"].drop("stage"), tables)
    rows = entries.join(deals, "opportunity_id")
    known = rows.closed_on.isnull() | ((rows.closed_on < horizon.as_of) & (rows.closed_on >= rows.on))
    decided = rows.outcome.notnull() & known
    first = decided & (rows.next_stage.isnull() | (rows.closed_on < rows.next_on).fill_null(False))
    rows = rows.mutate(decision=first.ifelse(rows.outcome, ibis.null("string")))
    direction = _directions(tables["stage"])
    rows = rows.left_join(direction, [rows.stage == direction.stage_from, rows.next_stage == direction.stage_to])
    forward = rows.decision.notnull().ifelse(rows.decision == _WON, rows.moves_forward)
    moved = rows.decision.notnull() | rows.next_stage.notnull()
    judged = rows.in_pipeline & moved & forward.notnull()
    return rows.mutate(
        stage_entries=one(rows.stage.notnull()),
        moved_on=one(judged),
        moved_forward=one(judged & forward),
        undecided=one(rows.in_pipeline & ~moved),
        unknown_moves=one(~rows.in_pipeline | (moved & forward.isnull())),
    )


def _moves(tables: Tables, horizon: Horizon) -> ir.Table:
    """Entries with the stage entered next. Entered twice in a row is entered once; stages that close are no entry of
    their own, only what comes next."""
    stage = tables["stage"]
    place = stage.group_by(known_stage=stage.stage).agg(
        position=stage.position.max(), is_open=(stage.kind == _OPEN).any()
    )
    entries = tables["stage_change"]
    entries = entries.filter(entries.entered_on < horizon.as_of)
    entries = entries.left_join(place, entries.stage == place.known_stage)
    entries = entries.mutate(before=entries.stage.lag().over(**_in_order(entries)))
    entries = entries.filter(entries.before.isnull() | (entries.before != entries.stage))
    order = _in_order(entries)
    entries = entries.mutate(
        next_stage=entries.stage.lead().over(**order), next_on=entries.entered_on.lead().over(**order)
    )
    entries = entries.filter(entries.known_stage.isnull() | entries.is_open)
    return entries.select(
        "opportunity_id",
        "stage",
        "entered_at",
        "next_stage",
        "next_on",
        on=entries.entered_on,
        in_pipeline=entries.known_stage.notnull(),
    )


def _in_order(entries: ir.Table) -> dict[str, Any]:
    """The entries of an opportunity one after another; those of the same instant as they stand in the pipeline."""
    return {
        "group_by": entries.opportunity_id,
        "order_by": [entries.entered_at, entries.position, entries.stage],
    }


def _directions(stage: ir.Table) -> ir.Table:
    """Whether a move from one stage to another of the same pipeline goes forward."""
    other = stage.view()
    ahead = (other.kind == _WON) | ((other.kind == _OPEN) & (other.position > stage.position))
    pairs = stage.join(other, [stage.pipeline.identical_to(other.pipeline), stage.stage != other.stage])
    pairs = pairs.select(stage_from=stage.stage, stage_to=other.stage, ahead=ahead)
    return pairs.group_by(["stage_from", "stage_to"]).agg(moves_forward=pairs.ahead.any())


def last_entries(joined: ir.Table) -> ir.Table:
    """Of an opportunity that entered a stage several times in a period, the last."""
    last = joined.entered_at.max().over(group_by=["period", "opportunity_id", "stage"])
    found = joined.mutate(last_entered_at=last)
    return found.filter(found.entered_at == found.last_entered_at)


STAGE_ENTRIES = Population(
    "stage_entries",
    "opportunity",
    ("stage_change", "stage", "opportunity", "customer_alias"),
    entry_rows,
    {
        "stage_entries": "opportunities that entered the stage",
        "moved_on": "opportunities that entered the stage and have moved on",
        "moved_forward": "of them moved forward or won",
        "undecided": "opportunities still in the stage",
        "unknown_moves": "opportunities whose next stage is in no pipeline with this one",
    },
    last_entries,
    rests_on=("stages",),
)
