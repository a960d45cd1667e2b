"""Tastes planted in the demo company: found where they are, nothing where they are not, and nothing else touched."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from crmeter.demo import company as about
from crmeter.demo.purchases import Purchases
from crmeter.demo.tastes import TASTES, follow
from crmeter.stats.affinity.choices import Choices, followed
from crmeter.stats.affinity.lift import lift

NAMES = [name for name, *_ in about.PRODUCTS]


def read(workspace: Path) -> Choices:
    """What each customer number bought in the shop, in order, straight from the files."""
    rows = duckdb.sql(
        f"""
        SELECT "客戶編號", "品名", "訂購時間"[:4] FROM read_csv('{workspace}/exports/shop/orders_*.csv.gz',
            header = true, all_varchar = true)
        WHERE "單據類別" = '銷貨' AND try_cast("訂購時間" AS TIMESTAMP) IS NOT NULL ORDER BY 1, "訂購時間", "訂單編號"
        """
    ).fetchall()
    person = np.unique([row[0] for row in rows], return_inverse=True)[1]
    item = np.array([NAMES.index(row[1]) for row in rows])
    return Choices(person, item, np.array([int(row[2]) - 2021 for row in rows]), len(NAMES))


def test_the_tastes_are_found_and_are_the_surest(workspace: Path) -> None:
    found = followed(read(workspace))
    lifts = {
        (first, second): lift(found.seen[i, j], found.expected[i, j], found.variance[i, j], found.of[i])
        for i, first in enumerate(NAMES)
        for j, second in enumerate(NAMES)
    }
    judged = {pair: each for pair, each in lifts.items() if each is not None}
    surest = sorted(judged, key=lambda pair: -judged[pair].low)[: len(TASTES)]
    assert set(surest) == {(taste.after, taste.then) for taste in TASTES}
    assert all(judged[pair].low > 1.8 for pair in surest)


def test_only_products_are_renamed_and_by_as_much_as_is_said() -> None:
    rng = np.random.default_rng(5)
    count = 30_000
    customer, at = rng.integers(0, 5_000, count), rng.random(count)
    product = rng.choice(len(NAMES), count, p=[share for *_, share in about.PRODUCTS])
    plain = Purchases(customer, at, product, rng.random(count), rng.random(count), np.full(count, np.nan))
    made = follow(np.random.default_rng(6), plain)
    for name in ("customer", "at", "amount", "cost", "refunded_at"):
        assert getattr(made, name) is getattr(plain, name)
    taste = TASTES[0]
    place = NAMES.index(taste.after)
    first = np.full(5_000, np.inf)
    np.minimum.at(first, customer[product == place], at[product == place])
    free = ~np.isin(product, [i for i, (_, line, *_) in enumerate(about.PRODUCTS) if line == "器具"])
    after = free & (at > first[customer])
    usual = (product[after] == place).mean()
    expected = taste.share + (1 - taste.share) * usual
    # others may become beans instead, which were not cold brew but for the usual share of it
    assert abs((made.product[after] == place).mean() - expected) < 0.04
    equipment = [place for place in range(len(NAMES)) if about.PRODUCTS[place][1] == "器具"]
    assert np.array_equal(np.isin(made.product, equipment), np.isin(product, equipment))


def test_the_docs_say_what_is_planted() -> None:
    told = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "demo.md").read_text("utf-8")
    for taste in TASTES:
        assert f"After the first {taste.after}, {taste.share:.0%}" in told or (
            f"after the first {taste.after}, {taste.share:.0%}" in told
        )
