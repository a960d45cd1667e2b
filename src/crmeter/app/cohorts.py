"""What became of the customers who came at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.analysis import cohorts as analysis
from crmeter.analysis.cohorts import FEW, GRAINS, MEASURES, REVENUE, Cell, Cohort, Standout
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.metrics.dimensions import parse_filters

__all__ = ["DEFAULT_PERIODS", "GRAINS", "MEASURES", "cohorts", "rows"]

DEFAULT_PERIODS = {"month": 12, "quarter": 8, "year": 5}
_NAMES = Calendar()


def cohorts(
    workspace: Workspace, *, by: str = "month", measure: str = "retention", periods: int | None = None,
    where: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The cohorts as plain values, up to ``periods`` after their own (12 months, 8 quarters or 5 years if not given).

    UserError where a filter is wrong, or nobody has been a customer.
    """
    filters = parse_filters(where)
    shown = DEFAULT_PERIODS[by] if periods is None else periods
    with believed(workspace) as warehouse:
        load = warehouse.load
        found = analysis.cohorts(warehouse, workspace.rules, GRAINS[by], measure, periods=shown, filters=filters)
    if not found.cohorts:
        raise UserError.of(
            t("There are no customers to follow."),
            t("A cohort is made of those whose first contract or order lies in the same period."),
            t("Load orders or contracts, or loosen the filter."),
        )
    return {
        "by": by,
        "measure": measure,
        "unit": {"retention": "share", "revenue": "money", "orders": "ratio"}[measure],
        "currency": workspace.rules.currency if measure == REVENUE else None,
        "where": [str(f) for f in filters],
        "periods": shown,
        "as_of": str(load.as_of),
        "history_start": load.history_start and str(load.history_start),
        "inactivity_days": workspace.rules.inactivity_days,
        "load": load.number,
        "small_sample_below": FEW,
        "cohorts": [_cohort(cohort) for cohort in found.cohorts],
        "all": [vars(each) for each in found.typical],
        "standouts": [_standout(each) for each in found.standouts],
        "tests": {"looked_at": found.looked_at, "beyond_noise": found.beyond_noise, "q": 0.05},
        "other_currency": found.unpriced,
    }  # fmt: skip


def _cohort(cohort: Cohort) -> dict[str, Any]:
    return {
        "cohort": _NAMES.name(cohort.period),
        "start": str(cohort.period.start),
        "end": str(cohort.period.end),
        "customers": cohort.size,
        "complete": cohort.complete,
        "status": "ok" if cohort.size >= FEW else "small_sample",
        "may_be_older": cohort.may_be_older,
        "cells": [_cell(cell) for cell in cohort.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    known = cell.value is not None
    return {
        "age": cell.age,
        "start": str(cell.start),
        "end": str(cell.end),
        "value": cell.value,
        "period_value": cell.period_value,
        "low": cell.low,
        "high": cell.high,
        "numerator": cell.sums.together if known else None,
        "status": cell.status,
    }


def _standout(each: Standout) -> dict[str, Any]:
    return {
        "cohort": _NAMES.name(each.cohort.period),
        "age": each.cell.age,
        "value": each.cell.value,
        "others": each.others,
        "change": each.found.change,
        "low": each.found.low,
        "high": each.found.high,
        "p": each.found.p,
    }


def rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each cohort and age, for a file."""
    return [
        {
            "cohort": cohort["cohort"],
            "customers": cohort["customers"],
            "cohort_complete": cohort["complete"],
            "may_be_older": cohort["may_be_older"],
            "measure": found["measure"],
            "currency": found["currency"],
            **cell,
        }
        for cohort in found["cohorts"]
        for cell in cohort["cells"]
    ]
