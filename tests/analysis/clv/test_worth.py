"""What an order is worth: margins and refunds by hand, correlations against SciPy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest
from scipy.stats import spearmanr

from crmeter.analysis.clv.order_history import Bought
from crmeter.analysis.clv.worth import money, order_value
from crmeter.stats.clv.histories import Histories
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES

END = date(2026, 1, 1)


def bought(days: list[int], amount: list[float]) -> Bought:
    count = np.array(days)
    last = np.where(count > 1, 50.0, 0.0)
    return Bought(Histories(count - 1, last, np.full(len(count), 99.0)), count, np.array(amount))


def test_money_of_the_designed_company(con: duckdb.DuckDBPyConnection) -> None:
    """Of 2025, by hand from tests/world/tables/order.csv. Sales that are no invoices and nobody's who was deleted:
    merge 400 + 600 + 800, regular 1000, first_day 500, shop 350, returned 250, same_day 250, day_36x 100 + 110 + 120,
    closing 300 + 700, unknown 220, midnight 900: 6600. Refunds: 30 + 200 + 500 = 730. With a cost: 500, 250, 330, 800,
    300, 220 = 2400, of which 300, 150, 150, 480, 200, 100 = 1380 were cost. One sale was in dollars."""
    opened = Warehouse(con.cursor())
    found = money(opened, RULES, END, None)
    assert found.refund_share == pytest.approx(730 / 6600)
    assert (found.margin, found.margin_source) == (pytest.approx(1 - 1380 / 2400), "cost_of_orders")
    assert found.kept == pytest.approx((1 - 730 / 6600) * (1 - 1380 / 2400))
    stated = money(opened, replace(RULES, gross_margin=0.3), END, None)
    assert (stated.margin, stated.margin_source) == (0.3, "stated")
    assert money(opened, replace(RULES, gross_margin=0.3), END, 0.6).margin == 0.6  # what was asked for goes first
    # of a time before any cost was known value is revenue, and nothing was sold in the year to 1 January 2022
    early = money(opened, RULES, date(2022, 1, 6), None)
    assert (early.margin, early.margin_source, early.value_of, early.kept) == (None, "none", "revenue", 1.0)


def test_rank_correlation() -> None:
    """Against scipy.stats.spearmanr, ties included; one-time buyers say nothing of it."""
    rng = np.random.default_rng(8)
    days = rng.integers(1, 7, 300)
    amount = days * rng.lognormal(3, 0.6, 300) * (1 + days)
    found = order_value(bought(days.tolist(), amount.tolist()))
    assert found is not None and found.correlation is not None
    again = days > 1
    expected = spearmanr(days[again], (amount / days)[again])
    assert found.correlation.value == pytest.approx(expected.statistic, abs=1e-12)
    assert found.correlation.customers == again.sum()
    assert found.correlation.low < expected.statistic < found.correlation.high
    assert found.correlation.holds is False and found.correlation.value > 0.2


def test_without_amounts_there_is_no_value() -> None:
    assert order_value(bought([1, 2], [0.0, 0.0])) is None


def test_amounts_all_alike_need_no_model() -> None:
    """Everybody pays 100: nothing for a model to learn, every purchase counts 100."""
    found = order_value(bought([1, 2, 3] * 50, [100.0, 200.0, 300.0] * 50))
    assert found is not None and found.correlation is None
    assert found.of(bought([1], [100.0])) == pytest.approx([100.0], rel=1e-3)
