"""Groups that stand out: found where planted, and hardly ever where there is nothing (a large study of the same stands
in benchmarks/studies/drivers.py)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from crmeter.stats.standing_out import Codes, search, without


def company(rng: np.random.Generator, n: int) -> list[Codes]:
    return [rng.integers(0, members, n) for members in (2, 4, 6)]


def test_t_is_welchs() -> None:
    """scipy 1.17 ttest_ind(equal_var=False) of each group against all others."""
    rng = np.random.default_rng(1)
    dimensions, parts = company(rng, 400), rng.standard_gamma(0.7, 400)
    found = search(parts, dimensions, rounds=199).found
    assert len(found) == 12
    for each in found:
        inside = dimensions[each.dimension] == each.group
        assert each.t == pytest.approx(ttest_ind(parts[inside], parts[~inside], equal_var=False).statistic, rel=1e-9)
        assert each.total == pytest.approx(parts[inside].sum())
        assert each.customers == inside.sum()


def test_what_is_planted_is_found_first_and_nothing_is_left_then() -> None:
    rng = np.random.default_rng(2)
    dimensions, parts = company(rng, 2000), rng.normal(0, 1, 2000)
    parts[dimensions[1] == 3] += 0.6
    parts -= parts.mean()
    first = search(parts, dimensions, rounds=199).found[0]
    assert (first.dimension, first.group, first.p) == (1, 3, 1 / 200)
    left = search(without(parts, dimensions[1] == 3), dimensions, rounds=199).found
    assert min(each.p for each in left) > 0.05


def test_where_there_is_nothing_hardly_ever_is_something_found() -> None:
    """80 companies of skewed parts without a story, at 5%: more than 10 finds have a chance of 0.3%."""
    finds = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        parts = np.where(rng.random(250) < 0.06, 1.0, 0.0) - np.where(rng.random(250) < 0.05, 1.0, 0.0)
        found = search(parts - parts.mean(), company(rng, 250), seed=seed, rounds=99).found
        finds += min(each.p for each in found) <= 0.05
    assert finds <= 10


def test_groups_too_small_are_not_looked_at_and_the_same_data_give_the_same_answer() -> None:
    codes = np.zeros(100, dtype=np.int64)
    codes[:29] = 1
    parts = np.random.default_rng(0).normal(size=100)
    assert search(parts, [codes]).found == ()
    codes[29] = 1
    assert search(parts, [codes], rounds=99) == search(parts, [codes], rounds=99)
    assert len(search(parts, [codes], rounds=99).found) == 2
