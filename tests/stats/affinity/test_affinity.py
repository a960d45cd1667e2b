"""Affinity by hand, and on choices made by chance: what only looks like affinity is none."""

from __future__ import annotations

import numpy as np
import pytest

from crmeter.stats.affinity import choices as module
from crmeter.stats.affinity import next_item
from crmeter.stats.affinity.choices import Choices, followed, together
from crmeter.stats.affinity.lift import lift
from crmeter.stats.affinity.next_item import fit, had_until, rank_of
from crmeter.stats.multiple import benjamini_hochberg
from tests.world.planting import swap


def of(*people: str, eras: str = "") -> Choices:
    """Choices of people as words of items a, b, c …; eras as digits, else one era."""
    person = [n for n, word in enumerate(people) for _ in word]
    item = ["abcdef".index(sign) for word in people for sign in word]
    era = [int(sign) for sign in eras] or [0] * len(item)
    return Choices(np.array(person), np.array(item), np.array(era), max(item) + 1)


def by_chance(seed: int, people: int = 3000) -> Choices:
    """Everybody chooses by the same popularity; some choose thirty times as often as others."""
    rng = np.random.default_rng(seed)
    number = 1 + rng.negative_binomial(0.5, 0.15, people)
    person = np.repeat(np.arange(people), number)
    item = rng.choice(5, size=len(person), p=(0.4, 0.25, 0.2, 0.1, 0.05))
    return Choices(person, item, np.zeros(len(person), dtype=np.int64), 5)


def test_both_by_hand() -> None:
    """a is 4 of 6 choices, b 2 of 6. Who chooses twice has both with 2 × ⅔ × ⅓ = 4/9, who chooses thrice with
    1 − (1/3)³ − (2/3)³ + 0 = 18/27 = 2/3; one choice is never both."""
    seen, places = together(of("ab", "aab", "a"), np.array([0, 1]))
    assert (places, seen.seen.tolist(), float(seen.of)) == ({(0, 1): 0}, [2.0], 2.0)
    assert seen.expected[0] == pytest.approx(4 / 9 + 2 / 3)
    assert seen.variance[0] == pytest.approx(4 / 9 * 5 / 9 + 2 / 3 * 1 / 3)


def test_next_by_hand() -> None:
    """After the first a come b (of 1), a (of 2), c (of 3); after the first b a of 1; 2 and 3 have nothing after b, c.
    a is 5 of 9, b 2, c 2: by chance a follows a 3 × 5/9 times."""
    seen = followed(of("aba", "aab", "acc"))
    assert seen.seen.tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 1]]
    assert seen.of.tolist() == [3, 1, 1]
    assert seen.expected[0] == pytest.approx([3 * 5 / 9, 3 * 2 / 9, 3 * 2 / 9])
    assert seen.variance[0, 0] == pytest.approx(3 * 5 / 9 * 4 / 9)


def test_buying_much_is_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain lift, both × all ÷ (one × other), lies above 1 for every pair of pure chance."""
    made = by_chance(1)
    had = np.zeros((3000, 5))
    had[made.person, made.item] = 1
    share, both = had.mean(axis=0), had.T @ had / 3000
    plain = [both[i, j] / (share[i] * share[j]) for i in range(5) for j in range(i)]
    assert min(plain) > 1 and max(plain) > 1.3

    def judged() -> list[bool]:
        seen, places = together(made, np.arange(5))
        found = [lift(seen.seen[k], seen.expected[k], seen.variance[k], float(seen.of)) for k in places.values()]
        assert None not in found
        return benjamini_hochberg([each and each.p for each in found])

    assert not any(judged())
    # the planted error: as if everybody chose as often as all do on average
    swap(module._both_by_chance, ("profiles[start : start + step].astype(float)", "np.full((len(profiles), 1), 3.8)"))(
        monkeypatch
    )
    assert any(judged())


def test_what_was_in_fashion_together_is_no_affinity() -> None:
    """In era 0 everybody takes a or b, in era 1 c or d: a and c never meet by time, not by taste."""
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(1000), 3)
    era = np.repeat(rng.integers(0, 2, 1000), 3)
    item = 2 * era + rng.integers(0, 2, 3000)
    seen, places = together(Choices(person, item, era, 4), np.arange(4))
    lifts = {pair: seen.seen[k] / seen.expected[k] for pair, k in places.items()}
    assert lifts[0, 1] == pytest.approx(1, abs=0.08)  # blind to eras it would be 1.5 and more
    assert lifts[2, 3] == pytest.approx(1, abs=0.08)


def test_lift_of_little_is_none() -> None:
    assert lift(9, 4.9, 4.0, 100) is None
    assert lift(10, 10, 0.0, 10) is None
    found = lift(0, 6, 5.6, 100)
    assert found is not None and found.value == 0 and found.low == 0 < found.high


def with_taste(factor: float, seed: int = 3, people: int = 1500) -> Choices:
    """Of four items; after the first 3 (which one in ten takes), 0 is ``factor`` times as likely, against the rest."""
    rng = np.random.default_rng(seed)
    popular = np.array([0.3, 0.4, 0.2, 0.1])
    person, item = np.repeat(np.arange(people), 4), np.zeros(4 * people, dtype=np.int64)
    for p in range(people):
        liking = popular.copy()
        for n in range(4):
            item[4 * p + n] = rng.choice(4, p=liking / liking.sum())
            if item[4 * p + n] == 3:
                liking = popular * np.array([factor, 1, 1, 1])
    return Choices(person, item, np.zeros(len(person), dtype=np.int64), 4)


def newer(choices: Choices) -> np.ndarray:
    return np.arange(len(choices)) % 4 == 3


def test_a_planted_factor_is_recovered() -> None:
    made = with_taste(4.0)
    found = fit(made, newer(made))
    ratio = found.factors[3, 0] / found.factors[3, 1:3].mean()  # factors are against one another
    assert found.spread > 0
    assert ratio == pytest.approx(4.0, rel=0.25)
    had = np.array([[False, False, False, True], [False, True, False, False]])
    chances = found.chances(had)
    assert chances.sum(axis=1) == pytest.approx([1, 1])
    # 4 × 0.3 ÷ (4 × 0.3 + 0.7) = 0.63; without the taste 0.3
    assert chances[:, 0] == pytest.approx([0.63, 0.3], abs=0.05)


def test_where_there_is_no_taste_popularity_alone_is_left() -> None:
    spreads = [fit(made, newer(made)).spread for made in (with_taste(1.0, seed) for seed in (4, 5))]
    assert spreads == [0.0, 0.0]
    made = with_taste(1.0, 4)
    found = fit(made, newer(made))
    assert found.chances(np.ones((1, 4), dtype=bool))[0] == pytest.approx(found.popularity)


def test_the_fit_is_where_the_gradient_says() -> None:
    """At the maximum Σ (seen − chance) over the choices after an item is log factor ÷ spread²: worked out anew here."""
    made = with_taste(4.0, people=300)
    again, spread = made.again, 0.5
    had = had_until(made)
    level, logs = next_item._logs(made, had, again, spread)
    scores = np.exp(np.log(made.part(again).popularity[0]) + level + had[again] @ logs)
    chances = scores / scores.sum(axis=1, keepdims=True)
    seen = np.eye(4)[made.item[again]]
    for row in range(4):
        apart = (seen - chances)[had[again][:, row]].sum(axis=0)
        assert apart == pytest.approx(logs[row] / spread**2, abs=0.02)


def test_what_was_chosen_until_then() -> None:
    assert had_until(of("aba", "b")).tolist() == [[False, False], [True, False], [True, True], [False, False]]


def test_ranks_of_equals_are_in_order() -> None:
    chances = np.array([[0.2, 0.3, 0.3, 0.2]] * 4)
    assert rank_of(chances, np.arange(4)).tolist() == [2, 0, 1, 3]
