"""The change of every KPI from one quarter to the next has noise, whatever interval its values have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi, Measurement, Request, measure
from crmeter.warehouse.duck import reading
from tests.demo.believed import AS_OF, RULES

NOW, BASE = (RULES.calendar.parse(name, AS_OF) for name in ("2025-Q4", "2025-Q3"))
# nothing of these is drawn by chance: the ledger and the newest event are what they are
NO_CHANCE = {"freshness_hours", *(kpi.id for kpi in CATALOGUE if kpi.id.startswith("crm_"))}
PLAIN = [kpi for kpi in CATALOGUE if not kpi.always_by]


@pytest.fixture(scope="module")
def found(warehouse_file: Path) -> Iterator[Measurement]:
    with reading(warehouse_file) as warehouse:
        yield measure(warehouse, RULES, Request(PLAIN, (NOW, BASE), pairs=[(NOW, BASE)]))


@pytest.mark.parametrize("kpi", PLAIN, ids=lambda kpi: kpi.id)
def test_a_change_has_noise(found: Measurement, kpi: Kpi) -> None:
    values = [found.value(kpi, period).value for period in (NOW, BASE)]
    difference = found.difference(kpi, NOW, BASE)
    if any(value is None for value in values):
        assert difference is None
        return
    assert difference is not None
    if kpi.id in NO_CHANCE:
        assert difference.p is None
        return
    assert difference.p is not None, values
    assert difference.low is not None and difference.high is not None
    assert difference.low <= difference.change <= difference.high
    assert difference.low < difference.high
