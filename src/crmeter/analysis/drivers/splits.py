"""The change of a KPI by the groups of a dimension: what the groups' own rates did, and what their mix did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Measurement, Value
from crmeter.metrics.formulas import AnnualShare
from crmeter.stats.decomposition import mix_and_rate

SUM, RATIO, SCALED, NEITHER = "sum", "ratio", "scaled", "neither"


@dataclass(frozen=True)
class GroupChange:
    """One group before and now, and its part in the change. ``rate`` and ``mix`` are None where the KPI is a sum,
    ``part`` too where it has no parts.

    ``state`` is kept, new or vanished. ``weight`` is its part of the denominator before and now.
    """

    before: Value
    now: Value
    state: str
    weights: tuple[float, float] | None
    rate: float | None
    mix: float | None
    part: float | None

    def as_json(self, change: float) -> dict[str, Any]:
        """Plain values."""
        return {
            "by": self.now.by,
            "state": self.state,
            "before": self.before.as_json(),
            "now": self.now.as_json(),
            "weight_before": self.weights and self.weights[0],
            "weight_now": self.weights and self.weights[1],
            "rate": self.rate,
            "mix": self.mix,
            "part": self.part,
            "share_of_change": self.part / change if change and self.part is not None else None,
        }


@dataclass(frozen=True)
class Split:
    """A change by the groups of one or more dimensions. ``remainder`` is what the groups do not add up to: rows that
    count in several groups, or a KPI whose groups cannot be added."""

    names: tuple[str, ...]
    kind: str
    groups: tuple[GroupChange, ...]
    remainder: float

    def as_json(self, change: float) -> dict[str, Any]:
        """Plain values, the largest parts first."""
        rates, mixes = ([getattr(g, name) for g in self.groups] for name in ("rate", "mix"))
        return {
            "by": list(self.names),
            "kind": self.kind,
            "rate": None if None in rates else math.fsum(rates),
            "mix": None if None in mixes else math.fsum(mixes),
            "remainder": self.remainder,
            "groups": [g.as_json(change) for g in self.groups],
        }


def split(found: Measurement, kpi: Kpi, now: Period, base: Period, names: tuple[str, ...], change: float) -> Split:
    """The change by the groups of a slice that was measured for both periods.

    A yearly rate is split as the rate of its period, each part times the one change ÷ the other (kind ``scaled``). Of a
    KPI that is neither sum nor ratio, such as a median, the groups have values but no parts.
    """
    groups = dict.fromkeys((*found.groups(kpi, now, names), *found.groups(kpi, base, names)))
    pairs = [(found.value(kpi, base, names, group), found.value(kpi, now, names, group)) for group in groups]
    if kpi.formula_is_sum:
        return _made(names, SUM, [_of_sum(*pair) for pair in pairs], change)
    kind, scale = _scale(kpi, (found.value(kpi, base), found.value(kpi, now)), change)
    tops = [(scale * (x.numerator or 0.0), scale * (y.numerator or 0.0)) for x, y in pairs]
    bottoms = [(x.denominator or 0.0, y.denominator or 0.0) for x, y in pairs]
    parts = mix_and_rate(tops, bottoms) if kind != NEITHER else None
    if parts is None:
        bare = [GroupChange(*pair, _state((_n(pair[0]), _n(pair[1]))), None, None, None, None) for pair in pairs]
        return Split(names, NEITHER, tuple(sorted(bare, key=lambda g: -_n(g.now))), change)
    wholes = [math.fsum(b[i] for b in bottoms) for i in (0, 1)]
    made = [
        GroupChange(*pair, _state(b), (b[0] / wholes[0], b[1] / wholes[1]), part.rate, part.mix, part.part)
        for pair, b, part in zip(pairs, bottoms, parts, strict=True)
        if any(b) or part.part
    ]
    return _made(names, kind, made, change)


def _scale(kpi: Kpi, totals: tuple[Value, Value], change: float) -> tuple[str, float]:
    """What kind of KPI it is, and how many times its numerator ÷ denominator counts: 1, in points 100."""
    for scale in (1.0, 100.0):
        if all(_is_ratio(value, scale) for value in totals):
            return RATIO, scale
    if isinstance(kpi.formula, AnnualShare):
        before, now = (v.numerator / v.denominator if v.numerator is not None and v.denominator else math.nan
                       for v in totals)  # fmt: skip
        if now != before and math.isfinite(now - before):
            return SCALED, change / (now - before)
    return NEITHER, 1.0


def _is_ratio(value: Value, scale: float) -> bool:
    if value.value is None or value.numerator is None or not value.denominator:
        return False
    return math.isclose(value.value, scale * value.numerator / value.denominator, rel_tol=1e-9, abs_tol=1e-12)


def _made(names: tuple[str, ...], kind: str, made: Sequence[GroupChange], change: float) -> Split:
    parts = [g.part or 0.0 for g in made]
    rest, scale = change - math.fsum(parts), max(map(abs, (change, *parts)))
    ordered = sorted(made, key=lambda g: -abs(g.part or 0.0))
    return Split(names, kind, tuple(ordered), rest if abs(rest) > 1e-9 * scale else 0.0)


def _n(value: Value) -> float:
    return value.n or 0.0


def _state(sizes: Sequence[float]) -> str:
    return "kept" if all(sizes) or not any(sizes) else "new" if sizes[1] else "vanished"


def _of_sum(before: Value, now: Value) -> GroupChange:
    x, y = before.value or 0.0, now.value or 0.0
    return GroupChange(before, now, _state((x, y)), None, None, None, y - x)
