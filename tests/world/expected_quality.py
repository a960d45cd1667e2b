"""Nothing was ever checked of rows that no load brought; results by hand stand in test_quality.py."""

from __future__ import annotations

from datetime import date

QUARTER: dict[str, None] = dict.fromkeys(("completeness", "validity", "uniqueness", "consistency"))
OTHERS: tuple[tuple[date, date, str, None, str], ...] = ()
