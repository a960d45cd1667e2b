"""Engine against independent SQL: every KPI of the catalogue, many periods of the designed company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import pytest

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi
from tests.world.engine import RULES, designed, warehouse
from tests.world.measured import Measured
from tests.world.rows import AS_OF
from tests.world.same import same
from tests.world.witness import statements, witnessed

CALENDAR = Calendar()
NAMES = """
2020 2022 2023 2024 2025 2025-H1 2022-Q4 2023-Q1 2025-Q1 2025-Q2 2025-Q3 2025-Q4
2023-04 2025-07 2025-08 2025-09 2025-10 2025-12 2025-W40 2025-07-01 2025-10-01
"""
CUSTOM = (
    Period(date(2022, 1, 1), date(2026, 1, 1)),  # all three spells of one customer
    Period(date(2023, 1, 1), date(2023, 1, 4)),  # a day before anybody can be seen to leave
    Period(date(2023, 1, 1), date(2023, 1, 5)),
    Period(date(2025, 4, 1), date(2025, 7, 1)),  # a quarter that is not called one
    Period(date(2025, 7, 15), date(2025, 9, 15)),
    Period(date(2025, 8, 16), date(2025, 8, 17)),  # the day after a day of refunds alone
)
PERIODS = (*(CALENDAR.parse(name, AS_OF) for name in NAMES.split()), *CUSTOM)


@dataclass(frozen=True)
class Both:
    """One warehouse, measured and witnessed."""

    measured: Measured
    con: duckdb.DuckDBPyConnection
    as_of: date


def both(as_of: date, periods: tuple[Period, ...], kpis: tuple[Kpi, ...] = CATALOGUE) -> Both:
    rules = RULES if as_of == AS_OF else replace(RULES, as_of=as_of)
    store, con = warehouse(designed(), rules, as_of)
    return Both(Measured(store, rules, kpis, periods), con, as_of)


@pytest.fixture(scope="module")
def newest() -> Iterator[Both]:
    found = both(AS_OF, PERIODS)
    yield found
    found.con.close()


def differing(found: Both, period: Period, leaving_out: tuple[str, ...] = ()) -> dict[str, tuple[object, ...]]:
    """KPI → (engine, SQL, reason) where the two are not the same number."""
    witness = witnessed(found.con, period.start, period.end, as_of=found.as_of)
    values = {name: value for name, value in found.measured.values(period).items() if name not in leaving_out}
    assert not witness.keys() - values.keys() - {*leaving_out}
    return {
        name: (value.value, witness.get(name), value.reason)
        for name, value in values.items()
        if not same(value.value, witness.get(name))
    }


def test_every_kpi_has_its_statement_and_every_statement_its_kpi() -> None:
    assert {kpi.measure for kpi in CATALOGUE} == set(statements())


@pytest.mark.parametrize("period", PERIODS, ids=CALENDAR.name)
def test_engine_and_statement_agree(newest: Both, period: Period) -> None:
    # a week goes back 52 weeks, so that weekdays match; the statement knows only dates
    weeks = ("sales_growth.year",) if period.grain is Grain.WEEK else ()
    assert differing(newest, period, weeks) == {}


@pytest.mark.parametrize("as_of", [date(2025, 7, 1), date(2025, 8, 11)], ids=str)
def test_they_agree_where_the_horizon_cuts_the_period(as_of: date) -> None:
    """A horizon that is set earlier than the data: what happened later is not known yet."""
    year = Period(date(as_of.year, 1, 1), date(as_of.year + 1, 1, 1), Grain.YEAR)
    periods = (year, Period(as_of - timedelta(days=20), as_of + timedelta(days=20)))
    found = both(as_of, periods)
    for period in periods:
        # growth of a period in progress is held against the elapsed part of its base: see below
        assert differing(found, period, ("sales_growth.previous", "sales_growth.year")) == {}, period
    found.con.close()


def test_growth_of_a_period_in_progress_is_against_the_elapsed_part_of_its_base() -> None:
    quarter = CALENDAR.parse("2025-Q3", AS_OF)
    growth = tuple(kpi for kpi in CATALOGUE if kpi.measure == "sales_growth")
    found = both(date(2025, 8, 11), (quarter,), growth)
    # 1 July to 10 August: sales of 500, 350, 600, 250, 100, 150 and 100, invoices of 1200, refunds of 100 and 30;
    # the base is 1 April to 10 May, with the one invoice of 800; a year before: nothing but 3 × 100 on 10 August
    now = 500 + 350 + 600 + 250 + 100 + 150 + 100 + 1200 - 100 - 30
    assert same(found.measured.value("sales_growth.previous", quarter).value, now / 800 - 1)
    assert same(found.measured.value("sales_growth.year", quarter).value, now / 300 - 1)
    assert not found.measured.value("sales_growth.year", quarter).complete
    found.con.close()
