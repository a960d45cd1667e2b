"""What an evaluation is about: the period, whom, and what is known beside the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmeter.evaluation.benchmarks import Benchmark
from crmeter.evaluation.events import Event
from crmeter.evaluation.goals.goal import Goal
from crmeter.evaluation.indicators import IndicatorSystem
from crmeter.kernel.period import Period
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.metrics.dimensions import Filter


@dataclass(frozen=True)
class Scope:
    """What is evaluated: a period, and of whom. ``dimensions`` are looked through for segments, by default all.

    ``event`` gave occasion to it where one did, and ``bases`` are then the windows that it is compared with. ``plans``
    and ``alerts`` are plain JSON; ``reported`` is what earlier evaluations said of the base periods: the value by
    (KPI, first day, day after the last) with the id of the evaluation. ``lacks`` are those of the indicator system, as
    (kind, what about).
    """

    period: Period
    filters: Sequence[Filter] = ()
    trigger: str | None = None
    dimensions: Sequence[str] = ()
    targets: Mapping[str, float] = field(default_factory=dict)
    event: Event | None = None
    bases: Mapping[str, Period] = field(default_factory=dict)
    events: Sequence[Event] = ()
    goals: Sequence[Goal] = ()
    plans: Sequence[Mapping[str, Any]] = ()
    benchmarks: Sequence[Benchmark] = ()
    alerts: Sequence[Mapping[str, Any]] = ()
    indicators: IndicatorSystem = field(default_factory=IndicatorSystem)
    lacks: Sequence[tuple[str, str]] = ()
    reported: Mapping[tuple[str, str, str], tuple[float, str]] = field(default_factory=dict)
    earlier: Sequence[str] = ()  # ids of the evaluations before
    catalogue: Catalogue = BUILT_IN
