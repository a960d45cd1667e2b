"""What goes into the models: refused where it contradicts itself, and the same however it is gathered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.stats.clv import bg_nbd
from crmeter.stats.clv.histories import Histories, collapse, collapse_one_time_buyers


@pytest.mark.parametrize(("count", "last", "age", "said"), [
    ([1.5], [1], [2], "whole"),
    ([1], [3], [2], "age_at_last_order <= age_days"),
    ([1], [-1], [2], "0 <="),
    ([1], [1], [np.nan], "0 <="),
    ([1], [np.nan], [2], "0 <="),
    ([1], [1], [np.inf], "0 <="),
    ([-1], [0], [2], "above 0 where"),
    ([0], [1], [2], "above 0 where"),
    ([2], [0], [2], "above 0 where"),
    ([1, 2], [1], [2], "same length"),
])  # fmt: skip
def test_contradictions(count: list[float], last: list[float], age: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Histories(count, last, age)


def test_nobody() -> None:
    with pytest.raises(ValueError, match="no customer"):
        bg_nbd.fit(Histories([], [], []))
    with pytest.raises(ValueError, match="no customer"):
        bg_nbd.fit(Histories([1], [1], [2]), [0.0])
    for weights in ([1.0, 2.0], [-1.0], [np.nan]):
        with pytest.raises(ValueError, match="weights"):
            bg_nbd.fit(Histories([1], [1], [2]), weights)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=40),
    st.sampled_from([1.0, 0.25, 0.1]),
    st.booleans(),
)
def test_gathered_customers_are_the_same_customers(
    rows: list[tuple[int, int, int]], unit: float, weighted: bool
) -> None:
    count = [row[0] for row in rows]
    last = [row[1] * unit if row[0] else 0.0 for row in rows]
    age = [end + row[2] * unit for end, row in zip(last, rows, strict=True)]
    weights = np.arange(1.0, len(rows) + 1) if weighted else None
    expected: dict[tuple[float, float, float], float] = {}
    for i, key in enumerate(zip(count, last, age, strict=True)):
        expected[key] = expected.get(key, 0.0) + (i + 1.0 if weighted else 1.0)
    for gathered, numbers in (
        collapse(Histories(count, last, age), weights), collapse_one_time_buyers(Histories(count, last, age), weights),
    ):  # fmt: skip
        found: dict[tuple[float, float, float], float] = {}
        columns = (gathered.repeat_orders.tolist(), gathered.age_at_last_order.tolist(), gathered.age_days.tolist())
        for key, number in zip(zip(*columns, strict=True), numbers, strict=True):
            found[key] = found.get(key, 0.0) + number
        assert found == expected
    assert len(collapse(Histories(count, last, age), weights)[0]) == len(expected)
