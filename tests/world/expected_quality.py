"""Nothing was ever checked of rows that no load brought; results by hand stand in test_quality.py and
test_freshness.py. How new the rows are they say themselves."""

from __future__ import annotations

from datetime import date

CHECKS: dict[str, None] = dict.fromkeys(("completeness", "validity", "uniqueness", "consistency"))
QUARTER: dict[str, int | None] = {**CHECKS, "freshness_hours[company]": 14}  # just_matured at 10:00 on the last day
OTHERS: tuple[tuple[date, date, str, int | None, str], ...] = (
    (date(2021, 12, 1), date(2021, 12, 26), "freshness_hours[company]", 14, "invoice_before was there the day before"),
)
