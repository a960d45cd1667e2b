"""The independent SQL beside each KPI, run."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import cache
from importlib.resources import files

import duckdb

from crmeter.kpis import FAMILIES
from tests.world.rows import AS_OF, BREAK, CLOSES, CURRENCY, INACTIVITY_DAYS, OPENS, TIMEZONE

# The days off of 2024 and 2025 in Taiwan, and the Saturdays that were worked for some of them (Directorate-General of
# Personnel Administration, calendars of government offices for the years 113 and 114, the latter as amended in May).
DAYS_OFF = """
2024-01-01 2024-02-08 2024-02-09 2024-02-12 2024-02-13 2024-02-14 2024-02-28 2024-04-04 2024-04-05 2024-06-10
2024-09-17 2024-10-10
2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-28 2025-04-03 2025-04-04 2025-05-30
2025-09-29 2025-10-06 2025-10-10 2025-10-24 2025-12-25
"""
WORKED = "2024-02-17 2025-02-08"


@cache
def statements() -> dict[str, str]:
    """Measure → its SQL, of every .sql file of the catalogue."""
    found = {}
    for family in FAMILIES:
        for path in files("crmeter").joinpath("kpis", family).iterdir():
            if path.name.endswith(".sql"):
                found[path.name.removesuffix(".sql")] = path.read_text("utf-8")
    return found


def witnessed(
    con: duckdb.DuckDBPyConnection,
    start: date,
    end: date,
    *,
    measures: Collection[str] = (),
    as_of: date = AS_OF,
    currency: str = CURRENCY,
    inactivity_days: int = INACTIVITY_DAYS,
) -> dict[str, float | None]:
    """KPI id → its value in [start, end), as the independent SQL says; None where it is undefined. One that always has
    a row for each stage stands under ``stage_conversion[prospect]``, only for the stages there are.

    ``measures`` limits the work to some; all by default.
    """
    given = {
        "start": start,
        "end": min(end, as_of),
        "as_of": as_of,
        "currency": currency,
        "inactivity_days": inactivity_days,
        "horizon_years": 5,
        "discount_rate": 0.1,
        "timezone": TIMEZONE,
        "opens": OPENS,
        "closes": CLOSES,
        "break_from": BREAK[0],
        "break_to": BREAK[1],
        "weekend": [6, 7],
        "closed_days": [date.fromisoformat(day) for day in DAYS_OFF.split()],
        "worked_days": [date.fromisoformat(day) for day in WORKED.split()],
    }
    values: dict[str, float | None] = {}
    for measure, sql in statements().items():
        if measures and measure not in measures:
            continue
        cursor = con.execute(sql, {name: given[name] for name in _parameters(sql)})
        variants = [column[0] for column in cursor.description or ()]
        split = sum(name.startswith("by ") for name in variants)  # these columns say of what a row is
        for row in cursor.fetchall():
            group = f"[{'/'.join(map(str, row[:split]))}]" if split else ""
            for variant, value in list(zip(variants, row, strict=True))[split:]:
                kpi = measure if variant == "value" else f"{measure}.{variant}"
                values[kpi + group] = None if value is None else float(value)
    return values


def _parameters(sql: str) -> set[str]:
    return set(re.findall(r"\$(\w+)", re.sub(r"--.*", "", sql)))
