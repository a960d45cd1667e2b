"""The first and the newest event of each source, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import pytest

from crmeter.model.rules import Rules
from crmeter.quality import arrivals
from crmeter.warehouse.horizon import data_horizon
from tests.world.engine import empty
from tests.world.planting import swap
from tests.world.rows import insert

at = datetime.fromisoformat
RULES = Rules("TWD", "Asia/Taipei")
AS_OF = date(2025, 8, 1)
MIDNIGHT = at("2025-07-31 16:00"), AS_OF  # in UTC, and its business date
ORDER = {"customer_id": "ann", "amount": "1", "currency": "TWD", "kind": "sale"}
ROWS = {  # source → table → rows
    "shop": {
        "order": [
            {**ORDER, "order_id": "first", "ordered_at": "2025-07-01 07:30"},  # UTC date 30 June
            {**ORDER, "order_id": "last", "ordered_at": "2025-07-31 23:59"},
            {**ORDER, "order_id": "behind", "ordered_at": "2025-08-01 00:00"},  # on the horizon: nobody knows of it yet
        ]
    },
    "ads": {
        "spend": [{"spent_on": day, "amount": "1", "currency": "TWD", "campaign_id": day}
                  for day in ("2025-07-10", "2025-07-20", "2025-08-01")]
    },
    "crm": {
        "case": [{"case_id": "a", "opened_at": "2025-07-05 10:00", "resolved_at": "2025-07-09 10:00"}],  # two instants
        "task": [{"task_id": "t", "created_at": "2025-07-06 10:00", "due_on": "2025-07-30"}],  # a plan
    },
    "names": {"customer": [{"customer_id": "ann"}]},
    "": {"customer": [{"customer_id": "implied"}]},  # made by the load
}  # fmt: skip
WANTED = {
    "ads": ((at("2025-07-09 16:00"), date(2025, 7, 10)), (at("2025-07-20 16:00"), date(2025, 7, 21))),
    "crm": ((at("2025-07-05 02:00"), date(2025, 7, 5)), (at("2025-07-09 02:00"), date(2025, 7, 9))),
    "names": ((None, None), (None, None)),
    "shop": ((at("2025-06-30 23:30"), date(2025, 7, 1)), (at("2025-07-31 15:59"), date(2025, 7, 31))),
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty() as con:
        for source, tables in ROWS.items():
            for table, rows in tables.items():
                insert(con, table, rows)
                con.execute(f'UPDATE main."{table}" SET _source = ? WHERE _source IS NULL', [source])
        yield con


def kept(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[object, object]]:
    con.execute("DELETE FROM main.arrival")
    arrivals.keep(con, 7, RULES, AS_OF)
    found = con.execute(
        "SELECT source, first_at, first_on, newest_at, newest_on, horizon_at, horizon_on, load, _load FROM main.arrival"
    ).fetchall()
    assert {row[5:] for row in found} == {(*MIDNIGHT, 7, 7)}
    return {source: ((*row[:2],), (*row[2:4],)) for source, *row in found}


def test_first_and_newest_event_of_every_source(con: duckdb.DuckDBPyConnection) -> None:
    assert kept(con) == WANTED


def test_what_is_written_of_a_load_moves_no_horizon(con: duckdb.DuckDBPyConnection) -> None:
    """Else every load would reach a day further than the one before."""
    now = datetime.fromisoformat("2025-12-01T00:00:00+00:00")
    con.execute("DELETE FROM main.arrival")
    before = data_horizon(con, RULES, now)
    arrivals.keep(con, 1, RULES, date(2025, 11, 1))
    assert data_horizon(con, RULES, now) == before == date(2025, 8, 2)


@pytest.mark.parametrize(
    ("function", "old", "new"),
    [
        (arrivals._events, "if column.planned:", "if False:"),
        (arrivals._events, "{name} < $horizon", "{name} <= $horizon"),
        (arrivals._events, "{name} < $as_of", "{name} <= $as_of"),
        (arrivals._spans, "WHERE source <> ''", "WHERE true"),
        (arrivals.keep, "newest_on + timedelta(days=1)", "newest_on"),
        (arrivals._midnight, "ZoneInfo(rules.timezone)", "UTC"),
    ],
    ids=["plans_count", "on_the_horizon", "the_day_of_the_horizon", "implied", "a_day_counts_from_its_start", "utc"],
)
def test_planted_error_is_caught(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, function: object, old: str, new: str
) -> None:
    with monkeypatch.context() as patched:
        swap(function, (old, new))(patched)  # type: ignore[arg-type]
        try:
            found = kept(con)
        except AssertionError:  # the horizon itself is wrong
            return
    assert found != WANTED
