"""Whatever happened to the rows: the parts of the causes make the whole difference, and no cause that did not occur has
a part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmeter.evaluation.changes import Stage, changes_since, stages
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.metrics.dimensions import parse_filters
from crmeter.model.tables import BY_NAME
from crmeter.warehouse import derive, schema
from crmeter.warehouse.duck import Warehouse, reading
from crmeter.warehouse.erasure import Register
from crmeter.warehouse.erasure.erase import erase_in
from crmeter.warehouse.history import merge
from crmeter.warehouse.horizon import history_start
from crmeter.warehouse.past import reading_past
from tests.world.engine import RULES
from tests.world.rows import insert

KPIS = [k for k in CATALOGUE if k.id in ("revenue", "orders", "customers.end", "customers.lost", "average_order_value")]
PERIOD = Period(date(2025, 1, 1), date(2025, 4, 1), Grain.QUARTER)
THEN, NOW = date(2025, 4, 1), date(2025, 6, 1)
BRIEF = replace(RULES, inactivity_days=40)
PEOPLE = ("ann", "bob", "cat", "dan")
Row = dict[str, str]


@st.composite
def orders(draw: st.DrawFn, number: int) -> Row:
    day = date(2024, 10, 1) + timedelta(days=draw(st.integers(0, 200)))
    return {
        "order_id": str(number),
        "customer_id": draw(st.sampled_from(PEOPLE)),
        "ordered_at": f"{min(day, THEN - timedelta(days=1))} 10:00",
        "amount": str(draw(st.integers(1, 900)) / 10),
        "currency": draw(st.sampled_from(("TWD", "USD"))),
        "kind": "sale",
    }


def people(marks: Row) -> list[Row]:
    genders = dict(zip(PEOPLE, "fmfm", strict=True))
    return [{"customer_id": n, "gender": genders[n], **(marks if n == "dan" else {})} for n in PEOPLE]


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, list[Row]], dict[str, list[Row]], set[str]]:
    """The tables at the first and at the second load, and the causes that can lie between."""
    causes = draw(st.sets(st.sampled_from(("late", "corrected", "merged", "deleted", "erased", "currency", "time"))))
    before = [draw(orders(i)) for i in range(draw(st.integers(1, 12)))]
    after = [dict(row) for row in before]
    if "deleted" in causes:
        after = after[1:]
    if "corrected" in causes:
        after = [{**row, "amount": "77.7"} if draw(st.booleans()) else row for row in after]
    if "late" in causes:
        after += [draw(orders(100 + i)) for i in range(3)]
    marks = {"merged_into": "ann"} if "merged" in causes else {}
    rate = {"from_currency": "USD", "to_currency": "TWD"}
    days = [str(date(2024, 10, 1) + timedelta(days=7 * i)) for i in range(30)]
    rates = [[{"on": day, **rate, "rate": worth} for day in days] for worth in ("30", "31.7")]
    then = {"customer": people({}), "order": before, "fx_rate": rates[0]}
    now = {"customer": people(marks), "order": after, "fx_rate": rates["currency" in causes]}
    return then, now, causes


def load(path: Path, number: int, tables: dict[str, list[Row]], as_of: date) -> None:
    """Make ``tables`` what is believed since load ``number``."""
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone = 'UTC'")
        schema.create(con)
        for name, rows in tables.items():
            con.execute(f'CREATE SCHEMA IF NOT EXISTS staging; CREATE OR REPLACE TABLE staging."{name}" AS '
                        f'FROM main."{name}" LIMIT 0')  # fmt: skip
            con.execute("USE staging")
            insert(con, name, rows)
            con.execute("USE main")
            con.execute(f"UPDATE staging.\"{name}\" SET _source = 'shop', _file = 'x.csv', _row = 1")
            merge(con, BY_NAME[name], f'staging."{name}"', number, ["shop"])
        con.execute("DROP SCHEMA staging CASCADE")
        derive.refresh(con, BRIEF, as_of)
        con.execute(
            "INSERT INTO meta.load (load, as_of, history_start, rules) VALUES (?, ?, ?, ?)",
            [number, as_of, history_start(con), json.dumps(BRIEF.as_json(), default=str)],
        )


def forget(path: Path, customer: str, as_of: date) -> None:
    """Erase a customer from all that is and was believed."""
    with duckdb.connect(str(path)) as con:
        erase_in(con, Register.beside(path), customer, "", datetime.now(UTC))
        derive.refresh(con, BRIEF, as_of)


def values(warehouse: Warehouse, scope: Sequence[str] = ()) -> dict[str, float | None]:
    found = measure(warehouse, BRIEF, Request(KPIS, [PERIOD], filters=parse_filters(scope)))
    return {kpi.id: found.value(kpi, PERIOD).value for kpi in KPIS}


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories(), whom=st.sampled_from(("ann", "cat")))
def test_parts_make_the_difference(tmp_path_factory: pytest.TempPathFactory, history: Any, whom: str) -> None:
    """Of all customers, and where some are erased, of those of a gender: it goes with them."""
    then, now, causes = history
    scope = ["customer.gender = 'f'"] if "erased" in causes else []
    path = tmp_path_factory.mktemp("history") / "warehouse.duckdb"
    load(path, 1, then, THEN)
    with reading(path) as warehouse:
        sealed = values(warehouse, scope)
    as_of = NOW if "time" in causes else THEN
    load(path, 2, now, as_of)
    if "erased" in causes:
        with reading(path) as warehouse:
            totals = values(warehouse)
        forget(path, whom, as_of)
        with reading(path) as warehouse:
            assert values(warehouse) == totals  # whoever it was still counts
    with reading(path) as warehouse:
        known = values(warehouse, scope)
    period = {"start": str(PERIOD.start), "end": str(PERIOD.end), "grain": str(PERIOD.grain)}
    document = {
        "scope": scope,
        "period": period,
        "kpis": [{"kpi": k, "value": {"value": v}} for k, v in sealed.items()],
    }

    def open_stage(stage: Stage) -> AbstractContextManager[Warehouse]:
        return reading_past(path, 1, stage.rules, changes=stage.changes, as_of=stage.as_of)

    way: Sequence[Stage] = list(stages((BRIEF, THEN), (BRIEF, as_of), erased="erased" in causes))
    for changed in changes_since(document, way, open_stage, KPIS):
        assert changed.now == known[changed.kpi]
        assert set(changed.parts) <= causes, changed
        if changed.then is not None and changed.now is not None:
            summed = sum(map(Fraction, changed.parts.values()), Fraction(changed.then))
            assert float(summed) == pytest.approx(changed.now, rel=1e-12)
