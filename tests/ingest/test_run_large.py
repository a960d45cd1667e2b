"""Many bad rows: each of 200,000 is accounted for, and each bad one can be found again. That the same input loaded
twice changes nothing, refused rows among it, ``test_run`` has."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmeter.connectors.files.source import FileSource
from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.run import ingest
from crmeter.model.rules import Rules
from tests.ingest.delivery import NOW, Workspace, account

ROWS = 200_000
HEADER = "order_id,customer_id,ordered_at,amount,currency,kind\n"


def line(number: int) -> str:
    """Every twentieth is bad, each of them in one of five ways."""
    good = [str(number), f"c{number % 9000}", "2025-03-01 10:00:00", f"{number % 97}.50", "TWD", "sale"]
    if number % 20 == 7:
        place, value = [(3, "n. a."), (2, "2025-02-30"), (5, "gift"), (0, str(number - 1)), (1, "")][number // 20 % 5]
        good[place] = value
    return ",".join(good) + "\n"


@pytest.mark.slow
def test_ten_thousand_bad_rows_of_two_hundred_thousand(tmp_path: Path) -> None:
    shop = Workspace(tmp_path)
    (tmp_path / "orders.csv").write_text(HEADER + "".join(map(line, range(ROWS))), "utf-8")
    shop.map("shop", "order", f"SELECT {HEADER.strip()} FROM orders")
    source = ConfiguredSource(FileSource("shop", tmp_path, "orders.csv"))
    report = ingest(tmp_path, shop.warehouse, Rules("TWD", "Asia/Taipei"), [source], now=NOW)
    count = account(report, "order")
    assert (count.read, count.accepted, count.quarantined, count.unchanged) == (ROWS, ROWS - 10_000, 10_000, 0)
    assert str(count).startswith("shop.order: read 200000 = accepted 190000 + quarantined 10000 + unchanged 0")
    kept = shop.rows('SELECT "row", reason FROM meta.quarantine ORDER BY "row"')
    ways = ["unfit:money", "unfit:instant", "not_a_choice", "repeated_key", "missing"]
    assert kept == [(n + 2, ways[n // 20 % 5]) for n in range(ROWS) if n % 20 == 7]
    assert shop.rows('SELECT count(*) FROM main."order"') == [(ROWS - 10_000,)]
