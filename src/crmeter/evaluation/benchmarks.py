"""Benchmarks: values of others, each with source, year and definition; compared only where the definition is ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.metrics import Better
from crmeter.stats.distributions import two_sided_p
from crmeter.stats.intervals import standard_error_of
from crmeter.stats.multiple import benjamini_hochberg

Plain = Mapping[str, Any]
ANY = "any"  # the grain of a value that does not depend on the length of the period
OLD = 3  # years after which it is said that a benchmark is old


@dataclass(frozen=True)
class Benchmark:
    """One outside value, or the range that is usual. ``definition`` is the hash of the KPI's definition where somebody
    has confirmed that the source counts alike; ``definition_text`` is what the source says of it. ``grain`` is the
    length of the period that it holds for (quarter, year …; any where that does not matter)."""

    kpi: str
    source: str
    year: int
    population: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    grain: str | None = None
    currency: str | None = None
    definition: str | None = None
    definition_text: str = ""
    pack: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(self.__dict__)


def compared(benchmarks: Sequence[Benchmark], kpis: Sequence[Plain], period: Plain, currency: str) -> list[Plain]:
    """Each benchmark beside our value: compared, or the reason why it is not. Noise is that of our value alone.

    ``state`` is better, worse, within (of the range), no_detectable_difference, changed (no direction is good), or
    not_compared.
    """
    by_id = {told["kpi"]: told for told in kpis}
    rows = [_compared(each, by_id.get(each.kpi), period, currency) for each in benchmarks]
    beyond = benjamini_hochberg([row["p"] for row in rows])
    for row, far in zip(rows, beyond, strict=True):
        if row["state"] is None:
            row["state"] = _judged(row, by_id[row["kpi"]]["better"], beyond=far)
    return list(rows)


def _compared(benchmark: Benchmark, told: Plain | None, period: Plain, currency: str) -> dict[str, Any]:
    reason = why_not(benchmark, told, period["grain"], currency)
    value = told["value"] if told else None
    row: dict[str, Any] = {
        **benchmark.as_json(),
        "now": value and value["value"],
        "low_now": value and value["low"],
        "high_now": value and value["high"],
        "unit": told and told["unit"],
        "ours": told and told["definition"],
        "old": benchmark.year < int(period["start"][:4]) - OLD,
        "distance": None,
        "p": None,
        "state": "not_compared" if reason else None,
        "reason": reason,
    }
    if not reason and value:
        row["distance"] = _distance(benchmark, value["value"])
        error = standard_error_of((value["low"], value["high"])) if value["low"] is not None else None
        row["p"] = two_sided_p(row["distance"] / error) if error else None
    return row


def why_not(benchmark: Benchmark, told: Plain | None, grain: str, currency: str) -> str | None:
    """Why a benchmark is not compared, as a code; None where it is."""
    if told is None:
        return "no_kpi"
    if benchmark.definition is None:
        return "definition_as_text"
    if benchmark.definition != told["definition"]:
        return "other_definition"
    if benchmark.grain is None:
        return "no_grain"
    if benchmark.grain not in (ANY, grain):
        return f"other_grain:{benchmark.grain}"
    if told["unit"] == "money" and benchmark.currency != currency:
        return "other_currency"
    if told["value"]["value"] is None:
        return "no_value"
    return None


def _distance(benchmark: Benchmark, value: float) -> float:
    """How far from the value, or from the nearer end of the range; 0 within it."""
    low, high = benchmark.low, benchmark.high
    if low is None and high is None:
        return value - (benchmark.value or 0.0)
    if low is not None and value < low:
        return value - low
    return value - high if high is not None and value > high else 0.0


def _judged(row: Plain, better: str, *, beyond: bool) -> str:
    if row["distance"] == 0 and (row["low"] is not None or row["high"] is not None):
        return "within"
    if not beyond:
        return "no_detectable_difference"
    if better == Better.NONE:
        return "changed"
    return "better" if (row["distance"] > 0) == (better == Better.UP) else "worse"
