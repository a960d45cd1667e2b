"""Values measured from rollups are those measured from the rows they are the sums of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from crmeter.kernel.expressions import ir
from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from crmeter.metrics.dimensions import parse_filters, splits
from crmeter.model.rules import Rules
from crmeter.warehouse.derive import roll_up
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, designed, warehouse
from tests.world.rows import AS_OF
from tests.world.test_engines import differing

MID_MONTH = date(2025, 11, 11)  # a horizon within a month, with sales before it and after it in the same month
RATES = [{"on": "2025-07-01", "from_currency": "USD", "to_currency": "TWD", "rate": "29.7351"}]


@pytest.fixture(scope="module", params=[AS_OF, MID_MONTH], ids=["a_month_is_over", "a_month_is_not_over"])
def rows(request: pytest.FixtureRequest) -> Iterator[tuple[duckdb.DuckDBPyConnection, Rules]]:
    rules = replace(RULES, as_of=request.param)
    _, con = warehouse({**designed(), "fx_rate": RATES}, rules, request.param)
    yield con, rules
    con.close()


def asked(rules: Rules, tables: Mapping[str, ir.Table]) -> list[Request]:
    """Whole months, months that are not over beside the days that have gone by in others, and days."""
    stretches = (
        (Grain.YEAR, date(2024, 1, 1), date(2026, 1, 1)),
        (Grain.QUARTER, date(2025, 1, 1), date(2026, 1, 1)),
        (Grain.MONTH, date(2025, 6, 1), date(2026, 1, 1)),
        (Grain.DAY, date(2025, 11, 1), date(2025, 11, 12)),
    )
    periods = [p for grain, start, end in stretches for p in rules.calendar.split(start, end, grain)]
    second, third = (Period(date(2025, m, 1), date(2025, m + 3, 1), Grain.QUARTER) for m in (4, 7))
    kpis = [kpi for kpi in CATALOGUE if "ledger" in kpi.populations and splits("customer.segment", kpi, tables)]
    filters = parse_filters(["customer.segment = 'basic'"])
    return [
        Request(kpis, periods, ((), ("customer.segment",), ("customer.cohort",)), pairs=((third, second),)),
        Request(kpis, [p for p in periods if p.grain is Grain.MONTH], ((), ("customer.region",))),  # no day else
        Request(kpis, [second, third], ((), ("customer.segment",)), filters),
        Request([kpi for kpi in kpis if kpi.tables == ("order",)], [second, third], ((), ("product_line",))),
    ]


def test_values_from_rollups_are_those_from_rows(rows: tuple[duckdb.DuckDBPyConnection, Rules]) -> None:
    con, rules = rows
    requests = asked(rules, Warehouse(con).tables)
    from_rows = [measure(Warehouse(con), rules, request) for request in requests]
    assert rules.as_of is not None
    roll_up(con, rules, rules.as_of, least_rows=0)
    rolled = Warehouse(con)
    for request, expected in zip(requests, from_rows, strict=True):
        with rolled.recording() as statements:
            found = measure(rolled, rules, request)
        of_months, of_cube = (
            any(name in statement.sql for statement in statements) for name in ("ledger_month", "customer_cube")
        )
        assert (of_months or of_cube) is (("product_line",) not in request.slices or len(request.slices) > 1)
        assert of_cube or all(period.grain is not Grain.MONTH for period in request.periods)
        different, defined = differing(expected, found, request)
        assert not different, different[:3]
        assert defined
