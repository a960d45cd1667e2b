"""Loads in processes of their own, each forked from one that has loaded before.

So what is killed is a load and not the start of Python, and the points at which it is killed lie where rows are moved
and files exchanged.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from crmeter.connectors.files.source import FileSource
from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.run import ingest
from crmeter.model.rules import Rules
from tests.ingest.delivery import Workspace

RULES, NOW = Rules("TWD", "Asia/Taipei"), datetime(2026, 1, 10, tzinfo=UTC)


def shop(root: Path) -> Workspace:
    """The folder of a shop with customers and orders."""
    made = Workspace(root)
    made.map("shop", "order", "SELECT order_id, customer_id, ordered_at, amount, currency, kind FROM orders")
    made.map("shop", "customer", "SELECT customer_id, segment FROM customers")
    return made


def write_exports(root: Path, version: int, orders: int = 8_000) -> None:
    """Exports whose second version has new, changed and missing rows in both tables, and other bad ones."""
    exports = root / "exports"
    exports.mkdir(exist_ok=True)
    lines = ["order_id,customer_id,ordered_at,amount,currency,kind"]
    customers = ["customer_id,segment"]
    for n in range(orders):
        if n % 10 != version:
            amount = n % 89 + (version if n % 7 == 0 else 0)
            lines.append(
                f"{n},c{n % 3000},2025-0{n % 9 + 1}-11 10:00:00,{amount if n % 500 != version else 'x'},TWD,sale"
            )
    for n in range(orders // 4 + 100 * version):
        customers.append(f"c{n},{'ab'[(n + version) % 2]}")
    (exports / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (exports / "customers.csv").write_text("\n".join(customers) + "\n", "utf-8")


def load(root: Path) -> int:
    """Load the shop; the number of the load."""
    source = ConfiguredSource(FileSource("shop", root, "exports/*.csv"))
    return ingest(root, root / "data/warehouse.duckdb", RULES, [source], now=NOW).load


def say(word: str, *number: int) -> None:
    sys.stdout.write(" ".join([word, *map(str, number)]) + "\n")
    sys.stdout.flush()


def serve() -> None:
    """For each line ``[root, before]`` that comes, a process that runs the code ``before`` and loads.

    It says ``ready`` with its number when it begins to load, and ``load`` when it has; after it ``ended`` is said, with
    how."""
    with tempfile.TemporaryDirectory() as folder:
        shop(Path(folder))
        for version in (1, 2):  # the first load derives all, the second what it touches
            write_exports(Path(folder), version, orders=500)
            load(Path(folder))
    say("up")
    for line in sys.stdin:
        root, before = json.loads(line)
        if (child := os.fork()) == 0:
            code = 1
            try:
                exec(before, {})
                say("ready", os.getpid())
                say("load", load(Path(root)))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        say("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    serve()
