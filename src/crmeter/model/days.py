"""Business days added and subtracted, the same on every engine."""

from __future__ import annotations

from crmeter.kernel.expressions import ir


def days_after(day: ir.DateValue, days: ir.IntegerValue) -> ir.DateValue:
    """The date ``days`` later. By way of an instant: an engine may answer date + interval with one."""
    return (day.cast("timestamp") + days.as_interval("D")).cast("date")
