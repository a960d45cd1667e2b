"""How new the data of each source are: three loads of three sources, by hand; and the errors that this catches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files

import duckdb
import pytest

from crmeter.kernel.period import Period
from crmeter.kpis.quality.freshness_hours import freshness_hours
from crmeter.metrics import Measurement, Request, measure
from crmeter.model.populations import arrivals
from crmeter.model.populations.checks import OfLoads
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, warehouse
from tests.world.planting import Plant, swap
from tests.world.same import same

BY = ("source",)
# load, source, first event, newest event, data horizon, in local time
ARRIVALS = (
    (1, "crm", "2024-01-01 00:00", "2025-06-30 23:59:30", "2025-07-01 00:00"),  # half a minute before the end
    (2, "crm", "2024-01-01 00:00", "2025-09-30 18:00", "2025-10-15 00:00"),
    (2, "shop", "2025-09-30 23:30", "2025-10-14 12:00", "2025-10-15 00:00"),  # UTC date 30 September too
    (3, "crm", "2024-01-01 00:00", "2025-10-13 18:00", "2025-10-15 00:00"),  # delivered at last, to the same horizon
    (3, "shop", "2025-09-30 23:30", "2025-10-15 00:00", "2025-10-15 00:00"),  # a day counts to its end
    (3, "names", "", "", "2025-10-15 00:00"),  # a list without any date
    (4, "crm", "2024-01-01 00:00", "2025-12-31 23:00", "2026-01-01 00:00"),
    (4, "shop", "2025-10-01 00:00", "2025-12-31 00:00", "2026-01-01 00:00"),  # its first event was taken back
)
Q2, Q3, Q4 = (Period(date(2025, m, 1), date(2025 + m // 10, (m + 3) % 12, 1)) for m in (4, 7, 10))
BEFORE = Period(date(2023, 10, 1), date(2024, 1, 1))
WANTED: Mapping[Period, Mapping[str, float | None]] = {  # by hand
    BEFORE: {},  # the first event comes the day after; names were not delivered then
    Q2: {"crm": 30 / 3600},
    Q3: {"crm": 30, "names": None, "shop": 0},  # of the third load; the shop began on the last day
    Q4: {"crm": 1, "shop": 24},
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    columns = ("load", "source", "first_at", "newest_at", "horizon_at")
    _, con = warehouse({"arrival": [dict(zip(columns, map(str, row), strict=True)) for row in ARRIVALS]})
    rules = con.execute("DELETE FROM meta.load RETURNING rules").fetchall()[0][0]
    for load, as_of in sorted({(row[0], date.fromisoformat(row[4][:10])) for row in ARRIVALS}):
        con.execute("INSERT INTO meta.load (load, as_of, rules) VALUES (?, ?, ?)", [load, as_of, rules])
    yield con
    con.close()


def found(con: duckdb.DuckDBPyConnection) -> Measurement:
    with con.cursor() as own:
        measured = measure(Warehouse(own), RULES, Request([freshness_hours], list(WANTED), (BY,)))
        _ = measured.warehouse.load, measured.warehouse.coverage, measured.warehouse.sells_without_contract
    return measured


def values(measured: Measurement, period: Period) -> dict[str | None, float | None]:
    groups = measured.groups(freshness_hours, period, BY)
    return {group[0]: measured.value(freshness_hours, period, BY, group).value for group in groups}


def agree(values: Mapping[str | None, float | None], period: Period) -> bool:
    wanted = WANTED[period]
    return values.keys() == wanted.keys() and all(same(value, wanted[str(name)]) for name, value in values.items())


@pytest.mark.parametrize("period", WANTED, ids=lambda period: str(period.start))
def test_engine_and_statement_against_the_hand(con: duckdb.DuckDBPyConnection, period: Period) -> None:
    statement = files("crmeter.kpis").joinpath("quality", "freshness_hours.sql").read_text("utf-8")
    stated = dict(con.execute(statement, {"start": period.start, "end": period.end}).fetchall())
    assert agree(values(found(con), period), period), values(found(con), period)
    assert agree(stated, period), stated


def test_what_is_not_known_is_said(con: duckdb.DuckDBPyConnection) -> None:
    measured = found(con)
    for period, source in ((BEFORE, "crm"), (Q2, "shop"), (Q3, "names"), (Q3, "unheard of")):
        value = measured.value(freshness_hours, period, BY, (source,))
        assert (value.value, value.status, value.reason) == (None, "undefined", "no_data"), source
    assert measured.value(freshness_hours, Q3, BY, ("crm",)).status == "ok"


@pytest.mark.parametrize(
    ("plant", "period"),
    [
        (swap(arrivals.arrival_rows, (", arrival.newest_at)", ", arrival.first_at)")), Q2),
        (swap(arrivals.arrival_rows, ("one(arrival.source.notnull())", "one(arrival.newest_at.notnull())")), Q3),
        (swap(arrivals.arrival_rows, ("on=arrival.first_on", "on=arrival.first_at.date()")), BEFORE),
        (
            swap(arrivals.since_the_first_event, ("joined.on < joined.period_end", "joined.on <= joined.period_end")),
            BEFORE,
        ),
        (swap(OfLoads.in_periods, ("known.as_of.min()", "known.as_of.max()")), Q2),
        (swap(OfLoads.in_periods, ("known.of_load.max()", "known.of_load.min()")), Q3),
    ],
    ids=["from_the_first", "undated_is_left_out", "utc_date", "a_day_early", "newest_knowledge", "first_of_a_horizon"],
)
def test_planted_error_is_caught(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, plant: Plant, period: Period
) -> None:
    with monkeypatch.context() as patched:
        plant(patched)
        wrong = values(found(con), period)
    assert not agree(wrong, period)
    assert agree(values(found(con), period), period)
