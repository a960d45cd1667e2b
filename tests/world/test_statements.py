"""The independent SQL of every KPI against the values worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import duckdb
import pytest

from tests.world import expected
from tests.world.rows import loaded
from tests.world.same import same
from tests.world.witness import witnessed

Q3 = (date(2025, 7, 1), date(2025, 10, 1))


@pytest.fixture(scope="module")
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    with loaded() as con:
        yield con


@pytest.fixture(scope="module")
def quarter(world: duckdb.DuckDBPyConnection) -> dict[str, float | None]:
    return witnessed(world, *Q3)


def test_every_kpi_has_a_value_worked_out_by_hand(quarter: dict[str, float | None]) -> None:
    assert set(quarter) == set(expected.QUARTER)


@pytest.mark.parametrize("kpi", sorted(expected.QUARTER))
def test_the_quarter(quarter: dict[str, float | None], kpi: str) -> None:
    assert same(quarter[kpi], expected.QUARTER[kpi]), (quarter[kpi], expected.QUARTER[kpi])


@pytest.mark.parametrize(("start", "end", "kpi", "wanted", "why"), expected.OTHERS)
def test_other_periods(
    world: duckdb.DuckDBPyConnection, start: date, end: date, kpi: str, wanted: Fraction | float | int | None, why: str
) -> None:
    found = witnessed(world, start, end, measures=[kpi.partition("[")[0].partition(".")[0]])[kpi]
    assert same(found, wanted), (found, why)
