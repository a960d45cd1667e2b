"""What a goal is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Better
from crmeter.metrics.dimensions import Filter, parse_filters


class Kind(StrEnum):
    """How much is wished: a share of the baseline, points (of a share: percentage points), or a value itself."""

    RELATIVE = "relative"
    POINTS = "points"
    VALUE = "value"


@dataclass(frozen=True)
class Wish:
    """What was asked for. ``amount`` is a share (−0.05), a change in the KPI's unit (−0.05 of a share is −5 points), or
    a value in the KPI's unit."""

    kind: Kind
    amount: float

    def target(self, baseline: float) -> float:
        """The target's value from a baseline.

        >>> Wish(Kind.RELATIVE, -0.05).target(0.10), Wish(Kind.POINTS, -0.05).target(0.10)
        (0.095, 0.05)
        """
        match self.kind:
            case Kind.RELATIVE:
                return baseline + abs(baseline) * self.amount
            case Kind.POINTS:
                return baseline + self.amount
            case Kind.VALUE:
                return self.amount


@dataclass(frozen=True)
class Goal:
    """One goal. ``baseline`` is the value of ``base`` as it was measured when the goal was set (the JSON of one value,
    with its interval and load), and stays so. ``scope`` are filters; ``objective`` is an id of indicators.toml."""

    id: str
    kpi: str
    wish: Wish
    period: Period
    base: Period
    baseline: Mapping[str, Any]
    target: float
    scope: tuple[str, ...] = ()
    name: str | None = None
    owner: str | None = None
    team: str | None = None
    objective: str | None = None
    decision: str | None = None
    parent: str | None = None
    created_at: str = ""
    closed_at: str | None = None
    outcome: Mapping[str, Any] | None = None  # the state it was closed in

    @property
    def start_value(self) -> float:
        """The baseline's value."""
        return float(self.baseline["value"])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def filters(self) -> Sequence[Filter]:
        return parse_filters(self.scope)

    def upwards(self, better: Better) -> bool:
        """Whether the target is to be reached from below: by the way it lies, else by what is good of the KPI."""
        if self.target != self.start_value and self.wish.kind is not Kind.VALUE:
            return self.target > self.start_value
        return better is Better.UP if better is not Better.NONE else self.target >= self.start_value

    def is_reached_by(self, value: float, better: Better) -> bool:
        """Whether a value is as good as the target."""
        return value >= self.target if self.upwards(better) else value <= self.target

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "id": self.id,
            "name": self.name,
            "kpi": self.kpi,
            "scope": list(self.scope),
            "wish": {"kind": str(self.wish.kind), "amount": self.wish.amount},
            "period": _period(self.period),
            "base": _period(self.base),
            "baseline": dict(self.baseline),
            "target": self.target,
            "owner": self.owner,
            "team": self.team,
            "objective": self.objective,
            "decision": self.decision,
            "parent": self.parent,
            "created_at": self.created_at,
            "closed_at": self.closed_at,
            "outcome": None if self.outcome is None else dict(self.outcome),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Goal:
        """The goal that ``as_json`` wrote."""
        wish = Wish(Kind(plain["wish"]["kind"]), plain["wish"]["amount"])
        bare = cls(plain["id"], plain["kpi"], wish, _read(plain["period"]), _read(plain["base"]),
                   plain["baseline"], plain["target"], tuple(plain["scope"]))  # fmt: skip
        rest = ("name", "owner", "team", "objective", "decision", "parent", "created_at", "closed_at", "outcome")
        return replace(bare, **{name: plain[name] for name in rest})


def _period(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat(), "grain": str(period.grain)}


def _read(plain: Mapping[str, str]) -> Period:
    return Period(date.fromisoformat(plain["start"]), date.fromisoformat(plain["end"]), Grain(plain["grain"]))
