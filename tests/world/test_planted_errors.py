"""Every planted error is caught by a value worked out by hand; and without one all of them hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi
from crmeter.model import spells
from crmeter.warehouse import derive
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.horizon import data_horizon, history_start
from tests.world import expected
from tests.world.engine import RULES, designed, warehouse
from tests.world.measured import Measured
from tests.world.planted_errors import PLANTED
from tests.world.planting import QUARTER, Planted, swap
from tests.world.rows import AS_OF
from tests.world.same import same

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    _, con = warehouse(designed())
    yield con
    con.close()


@pytest.fixture
def changed(rows: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same to be changed: after the test it is as before."""
    rows.begin()
    yield rows
    rows.rollback()


def period_of(planted: Planted) -> Period:
    return Period(*planted.period, Grain.QUARTER if planted.period == QUARTER else Grain.CUSTOM)


def kpi_of(planted: Planted) -> Kpi:
    return BY_ID[planted.kpi.partition("[")[0]]


def derive_again(con: duckdb.DuckDBPyConnection, planted: Planted) -> None:
    if planted.derives is True:
        derive.refresh(con, RULES, AS_OF)
    elif planted.derives:
        derive.rebuild(con, RULES, AS_OF, planted.derives)


def by_hand(planted: Planted) -> object:
    if planted.period == QUARTER:
        return expected.QUARTER[planted.kpi]
    return next(e[3] for e in expected.OTHERS if e[:3] == (*planted.period, planted.kpi))


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.error.replace(" ", "_"))
def test_planted_error_is_caught(
    changed: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, planted: Planted
) -> None:
    period = period_of(planted)
    with monkeypatch.context() as patched:
        planted.plant(patched)
        derive_again(changed, planted)
        found = Measured(Warehouse(changed), RULES, [kpi_of(planted)], [period]).value(planted.kpi, period).value
    assert not same(found, by_hand(planted)), f"{planted.error}: {planted.row} should have caught it in {planted.kpi}"


def test_without_an_error_the_values_that_catch_them_hold(rows: duckdb.DuckDBPyConnection) -> None:
    asked: dict[Period, dict[str, Planted]] = {}
    for planted in PLANTED:
        asked.setdefault(period_of(planted), {})[planted.kpi] = planted
    for period, catching in asked.items():
        with rows.cursor() as own:  # its temporary tables are its own
            kpis = list({kpi.id: kpi for kpi in map(kpi_of, catching.values())}.values())
            found = Measured(Warehouse(own), RULES, kpis, [period])
            for planted in catching.values():
                assert same(found.value(planted.kpi, period).value, by_hand(planted)), planted.kpi


@pytest.mark.parametrize(
    ("function", "old", "new", "customer"),
    [
        (spells.spells, "stretches.ended_on >= as_of", "stretches.ended_on > as_of", "contract_ended_on_as_of"),
        (spells.spells, "ended_on=ended", "ended_on=stretches.ended_on", "contract_planned_end"),
        (spells.contract_cover, "cover.started_on < as_of, ", "", "contract_starts_after_as_of"),
    ],
    ids=["an_end_on_the_horizon_is_known", "a_planned_end_is_known", "a_planned_start_is_known"],
)
def test_an_error_that_no_kpi_shows_is_seen_in_the_spells(
    changed: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    function: object,
    old: str,
    new: str,
    customer: str,
) -> None:
    select = "SELECT started_on, ended_on FROM derived.spell WHERE customer_id = ? ORDER BY 1"
    assert changed.execute(select, [customer]).fetchall() == expected.SPELLS[customer]
    with monkeypatch.context() as patched:
        swap(function, (old, new))(patched)  # type: ignore[arg-type]
        derive.refresh(changed, RULES, AS_OF)
        found = changed.execute(select, [customer]).fetchall()
    assert found != expected.SPELLS[customer]


def test_a_horizon_that_follows_plans_is_seen(rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert data_horizon(rows, RULES, now) == AS_OF
    with monkeypatch.context() as patched:
        swap(data_horizon, ("for planned in (False, True):", "for planned in (True, False):"))(patched)
        assert data_horizon(rows, RULES, now) != AS_OF  # planned_end, open_deal


def test_a_history_that_starts_with_an_invoice_is_seen(
    rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = history_start(rows)
    with monkeypatch.context() as patched:
        swap(history_start, (" AND subscription_id IS NULL", ""))(patched)
        assert history_start(rows) != true  # invoice_before
