"""Errors in the clock of business hours."""

from __future__ import annotations

from datetime import date

from crmeter.kernel import working_time
from crmeter.kernel.working_time import WorkingTime
from crmeter.model.populations import case_hours
from tests.world.planting import Planted, swap

FESTIVAL = (date(2025, 1, 20), date(2025, 3, 1))
ONE_DAY = (date(2025, 1, 21), date(2025, 1, 22))
MEAN = "first_response_hours.business_mean"

BUSINESS_HOURS = (
    Planted(
        "the break counts",
        swap(working_time._stretches, ("lunch or (closes, closes)", "(closes, closes)")),
        MEAN,
        "over_lunch, at_lunch",
        FESTIVAL,
        derives=True,
    ),
    Planted(
        "the hours before opening count",
        swap(case_hours._passed, ("ibis.greatest(start, ibis.least(at, end))", "ibis.least(at, end)")),
        MEAN,
        "before_opening",
        ONE_DAY,
    ),
    Planted(
        "the hours after closing count",
        swap(case_hours._passed, ("ibis.least(at, end)", "at")),
        MEAN,
        "after_closing",
        ONE_DAY,
    ),
    Planted(
        "holidays are ordinary days",
        swap(WorkingTime._exception, ("return False if public and day in public.holidays else None", "return None")),
        MEAN,
        "across_festival",
        FESTIVAL,
        derives=True,
    ),
    Planted(
        "a make-up day is a weekend",
        swap(WorkingTime._exception, ("if public and day in public.workdays:", "if False:")),
        MEAN,
        "on_make_up_day",
        (date(2025, 2, 8), date(2025, 2, 9)),
        derives=True,
    ),
    Planted(
        "the doors open by UTC",
        swap(working_time._instant, ("time(*divmod(minutes, 60)), zone)", "time(*divmod(minutes, 60)), UTC)")),
        MEAN,
        "before_opening, after_closing",
        ONE_DAY,
        derives=True,
    ),
    Planted(
        "a bot answers in business hours",
        swap(case_hours.opened_rows, ("rows.first_response_hours.notnull()", "rows.first_response_at.notnull()")),
        "first_response_hours.business_median",
        "bot",
    ),
    Planted(
        "cases without an answer in business hours are forgotten",
        swap(
            case_hours.opened_rows,
            ("rows.filter(rows.opened_clock.notnull())", "rows.filter(rows.resolved_on.notnull())"),
        ),
        "first_response_hours.business_median",
        "no_response",
    ),
)
