"""The loop played through, quarter by quarter: python scripts/loop.py DIR [CUSTOMERS]

A new onboarding fails many new subscribers of the demo company, and goes on failing them. An evaluation finds it; a
plan helps half of the new customers, by lot; a second plan does nothing that matters. Both are registered before they
start, watched while they run and verified afterwards. At each step the company knows what it could know on that day.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from crmeter.analysis.effects.designs import TREATED
from crmeter.analysis.effects.lots import drawn
from crmeter.app import evaluating, plans
from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from crmeter.demo.exports import by_year
from crmeter.demo.files import Sheet, write_csv
from crmeter.demo.sheets import draw_sheets, streams
from crmeter.demo.stories import Help, Onboarding, choose
from crmeter.improvement.reading import plain

SEED, CUSTOMERS = 7, 4_000
TROUBLE = date(2024, 4, 1)  # since when the onboarding fails people
FOUND, REGISTERED = date(2024, 10, 1), date(2024, 10, 7)
START, END = date(2024, 11, 1), date(2025, 4, 1)
QUARTERS = (date(2025, 1, 1), date(2025, 4, 1))
NOTICE_DAYS = 30  # an end is known so long before
SETTINGS = """[workspace]
name = "Islelight Coffee, the loop"
currency = "TWD"
timezone = "Asia/Taipei"

[sources.crm]
kind = "files"
path = "exports/crm/*.csv"

[sources.shop]
kind = "files"
path = "exports/shop/*"

[sources.shop.tables]
orders = "orders_*.csv.gz"
"""
MAPPED = ("crm/customer.sql", "shop/order.sql", "shop/subscription.sql")
ONBOARDING = {
    "title": "Help new customers through their first month",
    "cause": "The new onboarding fails most of them in their first month",
    "kind": "service_process",
    "owner": "Lin Mei",
    "start": str(START),
    "end": str(END),
    "kpi": "churn_rate.exposed",
    "target": 0.05,
    "expected": -0.12,
    "least": 0.10,
    "cost": 90_000,
    "guards": ["orders"],
    "group": {"enrolled": "new"},
    "steps": [
        {"what": "Write the first-month guide", "owner": "Chen Wei", "due": "2024-10-31"},
        {"what": "Call each new customer in the second week", "owner": "Lin Mei", "due": "2025-03-31"},
    ],
}
NEWSLETTER = {
    "title": "A newsletter on green coffee",
    "problem": "Customers buy too seldom",
    "cause": "They forget us",
    "kind": "marketing_strategy",
    "owner": "Wang Jun",
    "start": str(START),
    "end": str(END),
    "kpi": "orders",
    "target": 2_000,
    "expected": 0.3,
    "least": 0.2,
    "steps": [{"what": "Send it each month", "owner": "Wang Jun", "due": "2025-03-31"}],
}


@dataclass(frozen=True)
class Company:
    """The company in its folder; ``helped`` picks by customer number whom the plan helps."""

    root: Path
    customers: int = CUSTOMERS
    helped: Callable[[str], bool] = lambda _: False

    def sheets(self) -> Mapping[str, Sheet]:
        """All that ever happens in it."""
        trouble = replace(Onboarding(), start=TROUBLE, end=date(2026, 1, 1))
        plot = replace(choose(("onboarding",)), onboarding=trouble, help=Help(START, END, self.helped))
        return draw_sheets(streams(SEED), self.customers, plot)

    def found(self) -> Workspace:
        """The workspace, with the mappings of the demo company."""
        from importlib.resources import files

        (self.root / "exports").mkdir(parents=True, exist_ok=True)
        (self.root / "crmeter.toml").write_text(SETTINGS, "utf-8")
        for name in MAPPED:
            path = self.root / "mappings" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((files("crmeter.demo") / "workspace" / "mappings" / name).read_bytes())
        return open_workspace(self.root)

    def export(self, sheets: Mapping[str, Sheet], day: date) -> None:
        """Write what is known at the start of a day."""
        now, soon, young = (
            f"{each:%Y/%m/%d}" for each in (day, day + timedelta(days=NOTICE_DAYS), day - timedelta(days=30))
        )
        customers = _rows(sheets["customers"], "建立時間", now)
        late = [_day(cell) >= young for cell in customers["建立時間"]]
        customers["首月狀況"] = [
            "" if is_late else cell for is_late, cell in zip(late, customers["首月狀況"], strict=True)
        ]
        customers["刪除時間"] = ["" if cell and _day(cell) >= now else cell for cell in customers["刪除時間"]]
        contracts = _rows(sheets["subscriptions"], "起日", now)
        hidden = [bool(cell) and cell >= soon for cell in contracts["迄日"]]
        for column in ("迄日", "終止原因"):
            contracts[column] = ["" if not_yet else c for not_yet, c in zip(hidden, contracts[column], strict=True)]
        write_csv(self.root / "exports" / "crm" / "customers.csv", customers)
        write_csv(self.root / "exports" / "shop" / "subscriptions.csv", contracts)
        for year, sheet in by_year(_rows(sheets["orders"], "訂購時間", now), "訂購時間").items():
            write_csv(self.root / "exports" / "shop" / f"orders_{year}.csv.gz", sheet)


def _day(cell: str) -> str:
    return cell[:10].replace("-", "/")


def _rows(sheet: Sheet, column: str, before: str) -> dict[str, list[str]]:
    """The rows of before a day."""
    kept = [number for number, cell in enumerate(sheet[column]) if _day(cell) < before]
    return {name: [cells[number] for number in kept] for name, cells in sheet.items()}


def at(day: date) -> datetime:
    """The morning of a day at the company."""
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def play(root: Path, customers: int = CUSTOMERS, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Play the loop; what came of it, by name."""
    company = Company(root, customers)
    workspace, before = company.found(), company.sheets()
    company.export(before, FOUND)
    ingest(workspace)
    first = evaluating.evaluate(workspace, period="2024-Q3")
    place, finding = next(
        (n, f)
        for n, f in enumerate(first["findings"], 1)
        if f["kpi"] == "churn_rate.cohort" and f["kind"] == "weakness"
    )
    where = finding["segments"][0]["by"]
    say(f"2024-Q3: weakness {finding['rank']}, {finding['kpi']} {finding['change']:+.3f}, {where}")
    onboarding, newsletter = register(workspace, first["id"], place)
    lots = onboarding["registration"]["design"]["lots"]
    with_help = replace(company, helped=lambda customer: drawn(lots, customer, 0.5) == TREATED)
    sheets = with_help.sheets()
    watched = []
    for plan in ("P1", "P2"):
        plans.start(workspace, plan, on=START, who="Lin Mei", now=at(START))
    plans.step(workspace, "P1", 1, on=date(2024, 10, 30), who="Chen Wei", now=at(START))
    for quarter in QUARTERS[:-1]:
        with_help.export(sheets, quarter)
        ingest(workspace)
        watched += [plans.monitor(workspace, plan, now=at(quarter)) for plan in ("P1", "P2")]
        say(f"{quarter}: {watched[-2]['known']} of {watched[-2]['weeks']} weeks")
    plans.step(workspace, "P1", 2, on=END - timedelta(days=1), who="Lin Mei", now=at(END))
    plans.step(workspace, "P2", 1, on=END - timedelta(days=1), who="Wang Jun", now=at(END))
    with_help.export(sheets, QUARTERS[-1])
    ingest(workspace)
    verified = [plans.verify(workspace, plan, who="Lin Mei", now=at(END)) for plan in ("P1", "P2")]
    for each in verified:
        effect = each["result"]["effect"]
        say(f"{each['id']}: {each['verdict']} {effect['estimate']:+.4f} ({effect['low']:+.4f} … {effect['high']:+.4f})")
    second = evaluating.evaluate(workspace, period="2025-Q1")
    return {
        "workspace": workspace, "first": first, "finding": finding, "plans": (onboarding, newsletter),
        "watched": watched, "verified": verified, "second": second, "without": before, "with": sheets, "lots": lots,
    }  # fmt: skip


def register(workspace: Workspace, evaluation: str, place: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draft both plans, the first from the finding, and seal them before they start."""
    draft = plain(plans.of_evaluation(workspace, evaluation, finding=place))
    made = [plans.new(workspace, each, who="Lin Mei", now=at(REGISTERED)) for each in (draft | ONBOARDING, NEWSLETTER)]
    first, second = (plans.register(workspace, plan["id"], who="Lin Mei", now=at(REGISTERED)) for plan in made)
    return first, second


if __name__ == "__main__":
    play(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else CUSTOMERS)
