"""The same request is the same SQL in every process: what one wrote is known to the next."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

PROGRAM = """
from datetime import date

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, measure
from tests.world.engine import RULES, designed, warehouse

there, _ = warehouse(designed())
first, second = Calendar().split(date(2025, 7, 1), date(2025, 9, 1), Grain.MONTH)
everything = Request(CATALOGUE, (first, second), pairs=[(second, first)])
of_segments = [kpi for kpi in CATALOGUE if kpi.cell_columns and not kpi.shared_dimensions]
with there.recording() as statements:
    measure(there, RULES, everything)
    measure(there, RULES, Request(of_segments, (first, second), ((), ("customer.segment",))))
print(*(statement.sql for statement in statements), sep=chr(10))
"""


def test_no_order_of_a_set_gets_into_the_sql() -> None:
    found = []
    for seed in ("1", "2"):  # by which Python puts sets of texts in another order
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.splitlines())
    assert len(found[0]) > 100
    assert found[0] == found[1]
