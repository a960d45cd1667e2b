"""The independent SQL beside each KPI, run."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import cache
from importlib.resources import files

import duckdb

from tests.world.rows import AS_OF, CURRENCY, INACTIVITY_DAYS

FAMILIES = ("customers", "value", "satisfaction", "service", "sales")


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
