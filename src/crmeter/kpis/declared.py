"""A KPI that an organisation composes, as it is written, and what the names in it stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crmeter.metrics import Better, Kpi, Unit
from crmeter.metrics.composed import Operation
from crmeter.metrics.formulas import Formula


@dataclass(frozen=True)
class Declaration:
    """A composed KPI as it is written. What people read is by language; one language is enough."""

    id: str
    operation: Operation
    parts: tuple[str, ...]
    unit: Unit
    better: Better
    name: Mapping[str, str]
    question: Mapping[str, str]
    caution: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()
    minimum_sample: int = 30


@dataclass(frozen=True)
class Part:
    """What a name in a composition stands for: a KPI, or a bare measure of ``like``, whose rules it follows (how much
    history it takes, which amounts are left out)."""

    name: str
    formula: Formula
    unit: Unit | None
    like: Kpi
    is_kpi: bool = True

    @property
    def example(self) -> float:
        """A number that it may have."""
        return self.like.example.value if self.is_kpi else self.like.example.given.get(self.name, 100)
