"""A made-up evaluation with everything in it that a report must be able to show. A fixture: no number of it is real."""

from __future__ import annotations

import math
import random
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Grain, Period

# (kpi, family, unit, better, level, drift over the last period as a share of the level, sample)
KPIS: tuple[tuple[str, str, str, str, float, float, int], ...] = (
    ("customers.end", "customers", "count", "up", 12480, 0.01, 12480),
    ("customers.new", "customers", "count", "up", 1312, -0.12, 1312),
    ("customers.lost", "customers", "count", "down", 741, 0.48, 741),
    ("active_customers", "customers", "count", "up", 8211, -0.02, 8211),
    ("acquisition_rate.end", "customers", "share", "up", 0.118, -0.1, 12480),
    ("retention_rate.cohort", "customers", "share", "up", 0.938, -0.022, 12000),
    ("churn_rate.cohort", "customers", "share", "down", 0.041, 0.51, 12000),
    ("churn_rate.annualised", "customers", "share", "down", 0.154, 0.46, 12000),
    ("repeat_purchase_rate", "customers", "share", "up", 0.312, 0.004, 6020),
    ("revenue", "value", "money", "up", 48_231_904, 0.034, 15210),
    ("orders", "value", "count", "up", 15210, 0.021, 15210),
    ("refund_rate", "value", "share", "down", 0.0312, -0.21, 15210),
    ("average_order_value", "value", "money", "up", 3214.5, 0.013, 15210),
    ("purchase_frequency", "value", "per_year", "up", 2.41, 0.01, 12480),
    ("revenue_per_customer", "value", "money", "up", 5874, 0.055, 8211),
    ("sales_growth.year", "value", "share", "up", 0.083, -0.3, 15210),
    ("clv.revenue", "value", "money", "up", 61250, -0.28, 12480),
    ("clv.profit", "value", "money", "up", 0, 0, 0),
    ("cac", "value", "money", "down", 412.75, 0.19, 1312),
    ("csat.mean", "satisfaction", "score", "up", 4.21, -0.03, 1840),
    ("csat.top2", "satisfaction", "share", "up", 0.812, -0.03, 1840),
    ("nps", "satisfaction", "points", "up", 32.4, -0.2, 1210),
    ("complaint_rate", "service", "share", "down", 0.034, 0.35, 12480),
    ("first_response_hours.median", "service", "hours", "down", 3.2, 0.62, 2210),
    ("first_response_hours.p90", "service", "hours", "down", 0, 0, 2210),
    ("resolution_hours.median", "service", "hours", "down", 21.4, -0.02, 2054),
    ("handle_minutes.mean", "service", "minutes", "down", 14.2, -0.08, 2054),
    ("win_rate", "sales", "share", "up", 0.274, 0.14, 412),
    ("won_value", "sales", "money", "up", 9_120_400, 0.18, 113),
    ("deals_won", "sales", "count", "up", 113, 0.13, 113),
    ("sales_cycle_days.median", "sales", "days", "down", 41, -0.11, 113),
    ("average_deal_value", "sales", "money", "up", 80711.5, 0.04, 113),
    ("lead_conversion.matured", "sales", "share", "up", 0.091, -0.02, 22),
)
UNDEFINED = {"clv.profit": "missing_input", "first_response_hours.p90": "no_data"}
NO_INTERVAL = {"count", "money"}
SEGMENTS = {
    "churn_rate.cohort": ("customer.channel", ("marketplace", "web", "store", None)),
    "first_response_hours.median": ("agent_id", ("South", "North", "East")),
    "win_rate": ("team", ("Enterprise", "Retail")),
}


@dataclass(frozen=True)
class SampleAction:
    kind: str
    do: str


@dataclass(frozen=True)
class SampleCard:
    name: str
    question: str
    shows: str
    reading: str
    caution: str
    formula: str
    told: dict[str, list[SampleAction]]

    def actions_when(self) -> dict[str, list[SampleAction]]:
        return self.told


def cards(lang: str) -> dict[str, SampleCard]:
    """Cards from the texts of the catalogue, so that a report is seen with the words it will have."""
    root = Path(__file__).parents[2] / "src" / "crmeter" / "kpis"
    found: dict[str, SampleCard] = {}
    for path in sorted(root.glob("*/*.texts.toml")):
        measure = path.name.removesuffix(".texts.toml")
        for variant, texts in tomllib.loads(path.read_text("utf-8")).items():
            kpi = measure if variant == "value" else f"{measure}.{variant}"
            text = texts[lang]
            told: dict[str, list[SampleAction]] = {}
            for action in text["actions"]:
                told.setdefault(action["when"], []).append(SampleAction(action["kind"], action["do"]))
            said = (text[key] for key in ("name", "question", "shows", "reading", "caution"))
            found[kpi] = SampleCard(*said, "a ÷ b", told)
    return found


def value(kpi: str, unit: str, period: Period, level: float | None, n: int, **more: Any) -> dict[str, Any]:
    """One value as ``interface.md`` has it, with an interval of about the width such a sample gives."""
    half = None if level is None or unit in NO_INTERVAL or n == 0 else 1.96 * _spread(unit, level) / math.sqrt(n)
    share = unit == "share" and level is not None and 0 <= level <= 1
    return {
        "kpi": kpi,
        "grain": str(period.grain),
        "start": str(period.start),
        "end": str(period.end),
        "by": {},
        "value": level,
        "numerator": round(level * n) if share and level is not None else None,
        "denominator": n if share else None,
        "n": n,
        "low": None if half is None or level is None else level - half,
        "high": None if half is None or level is None else level + half,
        "unit": unit,
        "currency": "TWD" if unit == "money" else None,
        "status": "undefined" if level is None else "small_sample" if n < 30 else "ok",
        "reason": None,
        "complete": True,
        "load": 3,
        "definition": f"{abs(hash_of(kpi)):016x}",
        **more,
    }


def hash_of(text: str) -> int:
    """A number of a text that is the same in every process."""
    return int.from_bytes(text.encode()[:7].ljust(7, b"\0"), "big") * len(text)


def _spread(unit: str, level: float) -> float:
    return math.sqrt(abs(level) * max(1 - abs(level), 0.05)) if unit == "share" else abs(level) * 0.8


def document(*, complete: bool = True, member: str | None = None, scope: tuple[str, ...] = ()) -> dict[str, Any]:
    """The evaluation. ``member`` replaces the name of the first segment of the first finding."""
    calendar, rng = Calendar(), random.Random(7)
    now = Period(date(2025, 10, 1), date(2026, 1, 1), Grain.QUARTER)
    periods = [now]
    for _ in range(8):
        periods.insert(0, calendar.previous(periods[0]))
    kpis = [_kpi(row, periods, rng, complete) for row in KPIS]
    year = calendar.year_before(now)
    return {
        "schema": 1,
        "id": "2025-Q4-1",
        "sealed_at": "2026-01-02T03:04:05Z",
        "trigger": None,
        "workspace": {
            "name": "晨光 Demo & Co.",
            "currency": "TWD",
            "timezone": "Asia/Taipei",
            "rules": {"currency": "TWD", "calendar": {"week_start": 0, "fiscal_start": [1, 1]}},
        },
        "period": {"name": "2025-Q4", "start": "2025-10-01", "end": "2026-01-01", "grain": "quarter"},
        "base": {
            "previous": {"name": "2025-Q3", "start": "2025-07-01", "end": "2025-10-01"},
            "year": {"name": calendar.name(year), "start": str(year.start), "end": str(year.end)},
        },
        "scope": list(scope),
        "load": 3,
        "as_of": "2026-01-01" if complete else "2025-11-16",
        "complete": complete,
        "data": {
            "tables": [
                {"table": "customer", "rows": 20000, "quarantined": 0},
                {"table": "order", "rows": 81234, "quarantined": 12},
                {"table": "case", "rows": 9120, "quarantined": 3},
            ],
            "notes": [
                {"kind": "implied_customers", "table": "customer", "count": 3},
                {"kind": "other_currency", "table": "order", "count": 12},
            ],
        },
        "kpis": kpis,
        "findings": _findings({kpi["kpi"]: kpi for kpi in kpis}, member),
        "tests": {"looked_at": 66, "q": 0.05, "beyond_noise": 24},
        "seal": {
            "algorithm": "sha256",
            "definitions": "d1" * 32,
            "data": "da" * 32,
            "settings": "5e" * 32,
            "checksum": "c5" * 32,
        },
    }


def _kpi(
    row: tuple[str, str, str, str, float, float, int], periods: list[Period], rng: random.Random, complete: bool
) -> dict[str, Any]:
    kpi, family, unit, better, level, drift, n = row
    trend = []
    for i, period in enumerate(periods):
        last = i == len(periods) - 1
        wanted = level * (1 + drift) if last else level * (1 + rng.uniform(-0.04, 0.04) - 0.01 * (len(periods) - i))
        held = round(wanted) if unit == "count" else wanted
        absent = kpi in UNDEFINED or (kpi == "nps" and i < 3)
        more = {"status": "undefined", "reason": UNDEFINED.get(kpi, "no_data")} if absent else {}
        if last and not complete:
            more["complete"] = False
        if kpi == "refund_rate":
            more["reason"] = "other_currency:12"
        trend.append(value(kpi, unit, period, None if absent else held, n, **more))
    return {
        "kpi": kpi,
        "family": family,
        "unit": unit,
        "better": better,
        "definition": trend[-1]["definition"],
        "value": trend[-1],
        "trend": trend,
        "comparisons": {
            "previous": compared(trend[-1], trend[-2], better),
            "year": compared(trend[-1], trend[-5], better),
            "target": _target(trend[-1]) if kpi in ("churn_rate.cohort", "csat.mean", "revenue") else None,
        },
    }


def compared(now: dict[str, Any], base: dict[str, Any], better: str) -> dict[str, Any]:
    """A comparison with the noise of both sides."""
    blank = {"base": base, "change": None, "relative": None, "low": None, "high": None, "p": None}
    if now["value"] is None or base["value"] is None:
        return {**blank, "beyond_noise": False, "verdict": "unknown", "reason": "not_comparable"}
    change = now["value"] - base["value"]
    if now["high"] is not None and base["high"] is not None:
        half = math.hypot(now["high"] - now["value"], base["high"] - base["value"])
    else:
        half = 1.96 * abs(base["value"]) / math.sqrt(max(now["n"], 1)) * 1.4
    beyond = abs(change) > half
    verdict = "no_change"
    if beyond:
        verdict = "better" if (change > 0) == (better == "up") else "worse"
    return {
        "base": base,
        "change": change,
        "relative": change / abs(base["value"]),
        "low": change - half,
        "high": change + half,
        "p": math.erfc(abs(change) / (half / 1.96) / math.sqrt(2)),
        "beyond_noise": beyond,
        "verdict": verdict,
        "reason": None,
    }


def _target(now: dict[str, Any]) -> dict[str, Any]:
    goal = {"churn_rate.cohort": 0.05, "csat.mean": 4.0, "revenue": 50_000_000}[now["kpi"]]
    met = now["value"] <= goal if now["kpi"] == "churn_rate.cohort" else now["value"] >= goal
    return {"target": goal, "change": now["value"] - goal, "met": met, "reason": None}


def _findings(kpis: dict[str, dict[str, Any]], member: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind, verdict in (("weakness", "worse"), ("strength", "better")):
        moved = [k for k in kpis.values() if k["comparisons"]["previous"]["verdict"] == verdict]
        moved.sort(key=lambda k: (k["kpi"] not in SEGMENTS, -abs(k["comparisons"]["previous"]["relative"])))
        for rank, kpi in enumerate(moved, 1):
            comparison = kpi["comparisons"]["previous"]
            found.append(
                {
                    "kind": kind,
                    "rank": rank,
                    "kpi": kpi["kpi"],
                    "comparison": "previous",
                    **{key: comparison[key] for key in ("change", "low", "high", "p")},
                    "score": 10.0 / rank,
                    "segments": _segments(kpi, member if rank == 1 and kind == "weakness" else None),
                }
            )
    return found


def _segments(kpi: dict[str, Any], member: str | None) -> list[dict[str, Any]]:
    dimension, members = SEGMENTS.get(kpi["kpi"], ("", ()))
    now, before = kpi["value"], kpi["comparisons"]["previous"]["base"]
    change, found = now["value"] - before["value"], []
    for i, each in enumerate(members):
        by = {dimension: member if member and i == 0 else each}
        part = (1.9, 0.5, 0.2, -0.1)[i]
        n = 4000 if i < 2 else 18
        period = Period(date.fromisoformat(now["start"]), date.fromisoformat(now["end"]), Grain.QUARTER)
        after = value(kpi["kpi"], kpi["unit"], period, before["value"] + change * part, n, by=by)
        found.append(
            {
                "by": by,
                "now": after,
                "before": {**before, "by": by},
                "change": change * part,
                "contribution": change * part * 0.4,
                "share_of_change": part * 0.4,
                "beyond_noise": i < 2,
            }
        )
    return found
