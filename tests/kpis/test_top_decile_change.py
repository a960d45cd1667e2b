"""The noise of a change of the share of revenue that the top tenth of customers bring.

Witness: the bootstrap over customers (Efron 1979), each with both periods. Heavy tails, and customers who come between
the periods, are in it: an error that takes the tenth for given, or the customers of two periods for others, is off.
"""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from numpy.typing import NDArray

from crmeter.metrics import Measurement, Request, measure
from tests.kpis.test_value_of_customers import AS_OF, BY_ID, Q3, Q4, TWD, order
from tests.world.engine import warehouse

Floats = NDArray[np.float64]
KPI = BY_ID["clv.historical_top_decile_share"]
CUSTOMERS, SEGMENTS, BY = 900, ("basic", "vip"), ("customer.segment",)


def amounts() -> tuple[Floats, Floats]:
    """What each customer brought before the last quarter (nothing: a customer who is new in it), and in all."""
    rng = np.random.default_rng(5)
    before = np.where(np.arange(CUSTOMERS) % 10 == 0, 0.0, np.round(np.exp(rng.normal(5, 1.1, CUSTOMERS))))
    bought = np.round(np.exp(rng.normal(4, 1.3, CUSTOMERS))) * (rng.random(CUSTOMERS) < 0.5)
    return before, before + np.where(before > 0, bought, bought + 50)


@pytest.fixture(scope="module")
def found() -> Measurement:
    before, whole = amounts()
    orders = [order(f"c{i}", "2025-02-01", int(x)) for i, x in enumerate(before) if x]
    orders += [order(f"c{i}", "2025-11-01", int(x)) for i, x in enumerate(whole - before) if x]
    people = [{"customer_id": f"c{i}", "segment": SEGMENTS[i % 3 == 0]} for i in range(CUSTOMERS)]
    opened, _ = warehouse({"order": orders, "customer": people}, TWD, AS_OF)
    return measure(opened, TWD, Request([KPI], [Q4, Q3], slices=((), BY), pairs=[(Q4, Q3)]))


def share(values: Floats) -> float:
    there = np.sort(values[values > 0])[::-1]
    return float(there[: ceil(len(there) / 10)].sum() / there.sum())


@pytest.mark.parametrize("segment", [None, *SEGMENTS])
def test_the_error_is_that_of_customers_drawn_anew(found: Measurement, segment: str | None) -> None:
    before, whole = amounts()
    mine = np.array([segment in (None, SEGMENTS[i % 3 == 0]) for i in range(CUSTOMERS)])
    before, whole = before[mine], whole[mine]
    rng = np.random.default_rng(6)
    drawn = [rng.integers(len(whole), size=len(whole)) for _ in range(1500)]
    error = np.std([share(whole[who]) - share(before[who]) for who in drawn])
    names, group = (BY, (segment,)) if segment else ((), ())
    difference = found.difference(KPI, Q4, Q3, names, group)
    assert difference is not None and difference.standard_error is not None
    assert difference.change == pytest.approx(share(whole) - share(before), rel=1e-9)
    assert difference.standard_error == pytest.approx(error, rel=0.12)


def test_customers_who_all_bring_the_same_leave_nothing_to_chance() -> None:
    orders = [order(f"c{i}", f"2025-{month}-01", 100) for i in range(20) for month in ("05", "11")]
    opened, _ = warehouse({"order": orders, "customer": [{"customer_id": f"c{i}"} for i in range(20)]}, TWD, AS_OF)
    difference = measure(opened, TWD, Request([KPI], [Q4, Q3], pairs=[(Q4, Q3)])).difference(KPI, Q4, Q3)
    assert difference is not None
    assert (difference.change, difference.low, difference.p) == (0.0, None, None)
