"""Erasing customers moves no KPI of the designed company: each value is still the one worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from crmeter.kernel.period import Grain, Period
from crmeter.kpis import CATALOGUE
from crmeter.warehouse import derive
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.erasure import Register
from crmeter.warehouse.erasure.erase import erase_in
from tests.world import expected
from tests.world.engine import RULES, designed, warehouse
from tests.world.measured import Measured
from tests.world.rows import AS_OF
from tests.world.same import same

Q3 = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
KPIS = (
    "customers.end", "customers.lost", "retention_rate.cohort", "repeat_purchase_rate", "revenue",
    "average_order_value", "clv.historical_mean", "csat.mean", "nps", "complaining_customers_rate",
    "resolution_hours.median",
    "deals_won", "win_rate", "sales_cycle_days.median", "lead_conversion.by_end",
)  # fmt: skip
# those with most rows, one of a chain of merges, a deleted one with the one merged into it, one that only rows name
ERASED = ("regular", "three_spells", "invoice_only", "merge_old", "deleted", "unknown")


def test_no_value_moves(tmp_path: Path) -> None:
    _, con = warehouse(designed())
    register = Register.beside(tmp_path / "warehouse.duckdb")
    for customer in ERASED:
        _, register = erase_in(con, register, customer, "", datetime.now(UTC))
    derive.refresh(con, RULES, AS_OF)
    gone = con.execute("SELECT count(*) FROM main.customer WHERE starts_with(customer_id, 'erased-')").fetchall()
    assert gone == [(9,)]  # the six, the two others of the chain, and merged_into_deleted
    found = Measured(Warehouse(con), RULES, [kpi for kpi in CATALOGUE if kpi.id in KPIS], (Q3,))
    wanted = {kpi: expected.QUARTER[kpi] for kpi in KPIS}
    after = {kpi: found.value(kpi, Q3).value for kpi in wanted}
    assert {kpi: (after[kpi], value) for kpi, value in wanted.items() if not same(after[kpi], value)} == {}
