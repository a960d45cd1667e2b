"""The hash of a KPI's definition: what is counted, to the letter, without any data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from crmeter.kernel.expressions import ir
from crmeter.metrics.kpi import Kpi, is_contribution
from crmeter.model.cells import CELL_COLUMNS, CONTRIBUTIONS
from crmeter.model.derivations import DERIVATIONS
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon, Rates
from crmeter.model.rules import Rules
from crmeter.model.spells import spells
from crmeter.model.tables import TABLES
from crmeter.warehouse.sql import declared, to_text

_ANY = Horizon("XXX", date(2000, 1, 1))  # stands for whichever currency and horizon


@cache
def definition(kpi: Kpi, rates: Rates | date = Rates.OF_THE_DAY) -> str:
    """12 hexadecimal digits that change when, and only when, what the KPI counts changes.

    Amounts at constant rates, or as they are, are another count than at the rates of their days.
    """
    unusual = {"rates": str(rates)} if kpi.left_out and rates is not Rates.OF_THE_DAY else {}
    parts = {
        **unusual,
        "id": kpi.id,
        "formula": repr(kpi.formula),
        "unit": kpi.unit,
        "better": kpi.better,
        "history": kpi.history,
        "minimum_sample": kpi.minimum_sample,
        "populations": {name: population_text(name) for name in sorted(kpi.populations)},
        "columns": {name: column_text(name) for name in sorted(kpi.cell_columns)},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


@cache
def declared_columns() -> dict[str, dict[str, str]]:
    """Every table that the SQL of a definition names: its columns with their types."""
    derived = {
        "customer_alias": {"customer_id": "VARCHAR", "survivor_id": "VARCHAR"},
        "spell": {
            "customer_id": "VARCHAR",
            "started_on": "DATE",
            "ended_on": "DATE",
            "number": "BIGINT",
            "spells": "BIGINT",
        },
        "business_day": {
            "day": "DATE",
            **dict.fromkeys(("opens_at", "breaks_at", "resumes_at", "closes_at"), "TIMESTAMP"),
            "before_seconds": "BIGINT",
            "known": "BOOLEAN",
        },
        "rate": {"currency": "VARCHAR", "day": "DATE", "rate": "DOUBLE"},
        **{name: dict(derived.columns) for name, derived in DERIVATIONS.items()},
        "load": {"load": "INTEGER", "as_of": "DATE"},
        "member": {"member_id": "VARCHAR", "member": "INTEGER", "cell_group": "INTEGER"},
        "period": {"period": "INTEGER", "period_start": "DATE", "period_end": "DATE"},
        "period_day": {"day": "DATE", "period": "INTEGER", "period_end": "DATE"},
        "period_base": {
            "period": "INTEGER",
            **dict.fromkeys(("period_start", "period_end", "base_start", "base_end"), "DATE"),
        },
    }
    return {table.name: dict(table.stored) for table in TABLES} | derived


@cache
def _tables() -> dict[str, ir.Table]:
    return {name: declared(name, columns) for name, columns in declared_columns().items()}


def column_of(name: str) -> ir.Table:
    """One number of a customer cell, of a table of what it is made of."""
    column = CELL_COLUMNS[name]
    summed = declared("cell", {c: "BIGINT" for need in column.needs for c in CONTRIBUTIONS[need].columns})
    return summed.select(**{name: column.value(summed)})


@cache
def rows_of(name: str) -> tuple[ir.Table, ...]:
    """What makes the rows of a population or of a contribution to customer cells: the last expression; before it those
    of the derived tables that it reads."""
    tables = _tables()
    if is_contribution(name):
        contribution = CONTRIBUTIONS[name]
        rows = contribution.rows(tables, _ANY).select("member", "period", *contribution.columns)
        before = (spells(tables, Rules("XXX"), _ANY.as_of),) if "spell" in contribution.needs else ()
        return (*before, *_derived(contribution.needs), rows)
    population = POPULATIONS[name]
    return (*_derived(population.needs), population.in_periods(population.rows(tables, _ANY), tables))


def _derived(needs: Iterable[str]) -> Iterator[ir.Table]:
    """What makes the derived tables among those that rows need."""
    for name in needs:
        if name in DERIVATIONS:
            yield DERIVATIONS[name].rows(_tables(), Rules("XXX"), _ANY.as_of)


@cache
def derived_rows(name: str) -> ir.Table | None:
    """What makes the rows of a derived table; None for a table that is not made of canonical ones alone."""
    if name == "spell":
        return spells(_tables(), Rules("XXX"), _ANY.as_of)
    return next(_derived([name]), None)


@cache
def column_text(name: str) -> str:
    """One number of a customer cell, written out."""
    return to_text(column_of(name))


@cache
def population_text(name: str) -> str:
    """What makes the rows of a population, or a contribution to customer cells, written out."""
    return "\n".join(map(to_text, rows_of(name)))
