"""Data quality: what the newest load makes of the rules, and what to mend first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.quality.duplicates import Duplicates, duplicates
from crmeter.quality.results import (
    FITS,
    SINGLE,
    UNIQUE_KEY,
    Broken,
    Result,
    broken_rows,
    results,
    to_mend_first,
)
from crmeter.quality.rule import Kind, Severity
from crmeter.quality.rules import RULES
from crmeter.warehouse.duck import Warehouse, reading

__all__ = ["Broken", "Checked", "Duplicates", "Kind", "Quality", "Severity", "check", "fails"]

SHOWN = 3  # rows that a broken rule names
MENDED = 10  # customers to mend first


@dataclass(frozen=True)
class Checked:
    """One rule: what it says of a good row, how it came out, who answers for the table, and the first rows that break
    it."""

    result: Result
    says: str
    owner: str | None
    rows: tuple[Broken, ...]


@dataclass(frozen=True)
class Quality:
    """The state of the data at a load. ``scores`` are checks passed ÷ checks, by table and kind."""

    load: int
    scores: Mapping[str, Mapping[Kind, float]]
    rules: tuple[Checked, ...]
    duplicates: tuple[Duplicates, ...]
    mend_first: tuple[tuple[str, float, int], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, every rule and every set of duplicates."""
        return {
            "load": self.load,
            "scores": {table: {str(kind): share for kind, share in own.items()} for table, own in self.scores.items()},
            "rules": [
                {
                    "table": c.result.table,
                    "rule": c.result.rule,
                    "kind": str(c.result.kind),
                    "severity": str(c.result.severity),
                    "says": c.says,
                    "owner": c.owner,
                    "checks": c.result.checks,
                    "passed": c.result.passed,
                    "rows": [{"file": r.file, "row": r.row, "key": r.key} for r in c.rows],
                }
                for c in self.rules
            ],
            "duplicates": [{"customers": list(d.customers), "shared": list(d.shared)} for d in self.duplicates],
            "mend_first": [{"customer": c, "revenue": r, "rules_broken": n} for c, r, n in self.mend_first],
        }


def check(workspace: Workspace) -> Quality:
    """What the newest load makes of every rule, of tables that have rows."""
    with reading(workspace.warehouse) as warehouse:
        found = results(warehouse.execute)
        if not found:
            raise UserError.of(t("The data was never checked."), next=t("Run: crmeter ingest"))
        checked = tuple(_checked(workspace, warehouse, result) for result in found)
        currency = workspace.rules.currency
        return Quality(
            warehouse.load.number,
            _scores(found),
            tuple(sorted(checked, key=_worst_first)),
            tuple(duplicates(warehouse.execute)),
            tuple(to_mend_first(warehouse.execute, RULES, currency, MENDED)),
        )


def _checked(workspace: Workspace, warehouse: Warehouse, result: Result) -> Checked:
    rule = next((r for r in RULES if (r.table, r.name) == (result.table, result.rule)), None)
    of_loading = {
        FITS: lambda: t("has values that fit its columns"),
        UNIQUE_KEY: lambda: t("has a key of its own"),
        SINGLE: lambda: t("is there once, as far as e-mail, phone and company name tell"),
    }
    says = rule.words if rule else of_loading[result.rule]() if result.rule in of_loading else result.rule
    rows: Iterable[Broken] = ()
    if rule and result.broken:
        rows = broken_rows(warehouse.execute, rule, workspace.rules.currency, SHOWN)
    return Checked(result, says, workspace.quality_owners.get(result.table), tuple(rows))


def _scores(found: Iterable[Result]) -> dict[str, dict[Kind, float]]:
    sums: dict[tuple[str, Kind], list[int]] = {}
    for result in found:
        own = sums.setdefault((result.table, result.kind), [0, 0])
        own[0] += result.passed
        own[1] += result.checks
    scores: dict[str, dict[Kind, float]] = {}
    for (table, kind), (passed, checks) in sums.items():
        if checks:
            scores.setdefault(table, {})[kind] = passed / checks
    return scores


def _worst_first(checked: Checked) -> tuple[int, float, str, str]:
    result = checked.result
    return list(Severity).index(result.severity), result.share or 0.0, result.table, result.rule


def fails(quality: Quality, severity: Severity) -> list[Checked]:
    """The broken rules that are at least as severe."""
    serious = list(Severity)[: list(Severity).index(severity) + 1]
    return [c for c in quality.rules if c.result.broken and c.result.severity in serious]
