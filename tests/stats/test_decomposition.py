"""Parts that sum to a change: exactly, in fractions, for any values, zeros and changes of sign included."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.stats.decomposition import Coalition, mix_and_rate, within

NUMBERS = st.fractions(min_value=-50, max_value=50, max_denominator=20)
ENDS = st.tuples(NUMBERS, NUMBERS)
SIZES = st.tuples(st.integers(0, 30).map(Fraction), st.integers(0, 30).map(Fraction))
SINGLE = [frozenset({i}) for i in range(4)]


def product(ends: list[tuple[Fraction, Fraction]], changed: Coalition) -> Fraction:
    found = Fraction(1)
    for i, end in enumerate(ends):
        found *= end[i in changed]
    return found


@settings(max_examples=30)
@given(st.lists(ENDS, min_size=2, max_size=4))
def test_parts_of_a_product_sum_to_its_change_exactly(ends: list[tuple[Fraction, Fraction]]) -> None:
    groups = SINGLE[: len(ends)]
    parts = [within(lambda s: product(ends, s), groups, i)(groups[i]) for i in range(len(ends))]
    everyone: Coalition = frozenset(range(len(ends)))
    assert sum(parts) == product(ends, everyone) - product(ends, frozenset())


@settings(max_examples=30)
@given(ENDS, ENDS, ENDS)
def test_three_factors_as_published(
    a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction], c: tuple[Fraction, Fraction]
) -> None:
    """Dietzenbacher and Los (1998), Sun (1998): Δa·[(b₀c₀ + b₁c₁) ÷ 3 + (b₀c₁ + b₁c₀) ÷ 6]."""
    part = within(lambda s: product([a, b, c], s), SINGLE[:3], 0)(SINGLE[0])
    both, mixed = b[0] * c[0] + b[1] * c[1], b[0] * c[1] + b[1] * c[0]
    assert part == (a[1] - a[0]) * (both / 3 + mixed / 6)


@settings(max_examples=30)
@given(ENDS, ENDS)
def test_two_factors_are_the_midpoint(a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction]) -> None:
    part = within(lambda s: product([a, b], s), SINGLE[:2], 0)(SINGLE[0])
    assert part == (a[1] - a[0]) * (b[0] + b[1]) / 2


@settings(max_examples=30)
@given(ENDS, ENDS, ENDS)
def test_parts_within_a_group_sum_to_the_groups(
    a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction], c: tuple[Fraction, Fraction]
) -> None:
    """(a − b)·c with a and b in one group: both sum to what the group as a whole does, which is the midpoint's."""

    def value(changed: Coalition) -> Fraction:
        return (a[0 in changed] - b[1 in changed]) * c[2 in changed]

    outer = [frozenset({0, 1}), frozenset({2})]
    group = within(value, outer, 0)
    inner = [within(group, SINGLE[:2], i)(SINGLE[i]) for i in (0, 1)]
    assert sum(inner) == group(outer[0])
    assert inner[0] == (a[1] - a[0]) * (c[0] + c[1]) / 2


def test_simpson() -> None:
    """R47: desktop 270 of 900, then 35 of 100; mobile 5 of 100, then 90 of 900: −15 points, 5 by rate, −20 by mix."""
    parts = mix_and_rate([(270, 35), (5, 90)], [(900, 100), (100, 900)])
    assert parts is not None
    totals = [100 * sum(values) for values in zip(*((p.part, p.rate, p.mix) for p in parts), strict=True)]
    assert totals == pytest.approx([-15, 5, -20], abs=1e-9)


@settings(max_examples=30)
@given(st.lists(st.tuples(ENDS, SIZES), min_size=1, max_size=6))
def test_mix_and_rate_sum_to_the_change_exactly(
    groups: list[tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]],
) -> None:
    """Groups that are new (nothing before), vanished, or have a numerator without a denominator included."""
    numerators, denominators = [n for n, _ in groups], [d for _, d in groups]
    parts = mix_and_rate(numerators, denominators)  # type: ignore[arg-type]
    wholes = [sum(d[t] for d in denominators) for t in (0, 1)]
    if not all(wholes):
        assert parts is None
        return
    assert parts is not None
    change = sum(n[1] for n in numerators) / wholes[1] - sum(n[0] for n in numerators) / wholes[0]
    assert sum(p.part for p in parts) == change
    for (before, now), part in zip(denominators, parts, strict=True):
        if (not before) != (not now):
            assert part.rate == 0


def test_a_group_that_grows_counts_for_as_much_as_it_is_unlike_the_others() -> None:
    """By hand: rates 10% and 30% stay; the second grows from a half to three quarters. R̄ = (20% + 25%) ÷ 2 = 22.5%."""
    parts = mix_and_rate([(5, 2.5), (15, 22.5)], [(50, 25), (50, 75)])
    assert parts is not None
    assert [p.rate for p in parts] == [0, 0]
    assert [p.mix for p in parts] == pytest.approx([-0.25 * (0.1 - 0.225), 0.25 * (0.3 - 0.225)])
