"""A company small enough to count by hand: customers buy for 100 in some months; a plan makes some buy once more."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from crmeter.analysis.effects.lots import drawn
from crmeter.app.settings import Workspace, open_workspace
from crmeter.store.plans import PlanStore

CUSTOMERS, MONTHS, AMOUNT = 200, 18, 100  # months since 2023-01
START, END, BEFORE = date(2024, 3, 1), date(2024, 6, 1), date(2024, 2, 20)
AFTER = date(2024, 6, 6)
SETTINGS = """[workspace]
name = "Small"
currency = "EUR"
timezone = "Europe/Berlin"
gross_margin = 0.4

[sources.shop]
kind = "files"
path = "exports/*.csv"
"""
MAPPINGS = {
    "order": 'SELECT "id" AS order_id, "who" AS customer_id, "day" AS ordered_at, "amount" AS amount, '
    "'EUR' AS currency, 'sale' AS kind FROM orders",
    "customer": 'SELECT "who" AS customer_id, "region" AS region FROM customers',
    "investment": 'SELECT "id" AS entry_id, "day" AS "on", "side" AS side, \'other\' AS category, "amount" AS amount, '
    "'EUR' AS currency, 'measured' AS evidence, \"verification\" AS verification_id FROM ledger",
}
PLAN: dict[str, Any] = {
    "title": "A voucher", "problem": "They buy too seldom", "cause": "No reason to", "kind": "marketing_strategy",
    "owner": "Lin", "start": str(START), "end": str(END), "kpi": "revenue", "target": 40_000, "expected": 80,
    "guards": ["orders"], "steps": [{"what": "Send it", "owner": "Lin", "due": "2024-03-15"}],
}  # fmt: skip


def treated_by(workspace: Workspace) -> Callable[[str], bool]:
    """Whom the lots of the first plan treat."""
    registration = PlanStore(workspace.store_url).get("P1").registration
    assert registration is not None
    lots = registration["design"]["lots"]
    return lambda customer: drawn(lots, customer, 0.5) == "treated"


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Company:
    """Its folder, and what the plan does: those ``treated`` buy once more in the month with chance ``more``."""

    root: Path
    treated: Callable[[str], bool] = lambda _: False
    more: float = 0.6

    def found(self) -> Workspace:
        for table, text in MAPPINGS.items():
            path = self.root / "mappings" / "shop" / f"{table}.sql"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.root / "exports").mkdir(exist_ok=True)
        (self.root / "crmeter.toml").write_text(SETTINGS)
        rows = [[f"C{n}", "NSEW"[n % 4]] for n in range(CUSTOMERS)]
        self._write("customers", ["who", "region"], rows)
        self.enter([["L1", "2024-01-01", "cost", "5000", ""]])
        return open_workspace(self.root)

    def enter(self, rows: list[list[str]]) -> None:
        """The company's own ledger."""
        self._write("ledger", ["id", "day", "side", "amount", "verification"], rows)

    def export(self, until: date) -> None:
        """The orders of before a day."""
        rng = np.random.default_rng(11)
        luck, day = rng.random((CUSTOMERS, MONTHS, 2)), rng.integers(1, 28, (CUSTOMERS, MONTHS, 2))
        rows = []
        for n in range(CUSTOMERS):
            for month in range(MONTHS):
                first = date(2023 + month // 12, month % 12 + 1, 1)
                bought = [luck[n, month, 0] < 0.5]
                bought.append(START <= first < END and self.treated(f"C{n}") and luck[n, month, 1] < self.more)
                for place, is_bought in enumerate(bought):
                    when = first.replace(day=int(day[n, month, place]))
                    if is_bought and when < until:
                        rows.append([f"O{n}-{month}-{place}", f"C{n}", str(when), str(AMOUNT)])
        self._write("orders", ["id", "who", "day", "amount"], rows)

    def _write(self, name: str, header: list[str], rows: list[list[str]]) -> None:
        with (self.root / "exports" / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
