"""Objectives and the KPIs chosen for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crmeter.kernel.period import Grain

EVERY = tuple(str(grain) for grain in (Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR))
AGAINST = ("previous", "year", "target")


@dataclass(frozen=True)
class Objective:
    """Something the company wants. ``goal`` is the goal of our list that it follows, None if it is its own."""

    id: str
    name: str
    goal: str | None = None
    owner: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Indicator:
    """A KPI chosen for objectives: who answers for it, which decision it drives, how and from which sources it is
    evaluated (``every`` period, ``against`` what), and the day by which the choice is looked at again.

    One that is not ``active`` is a draft: it need not be complete, and nobody is held to it.
    """

    kpi: str
    objectives: tuple[str, ...] = ()
    owner: str | None = None
    decision: str | None = None
    every: str = str(Grain.QUARTER)
    against: tuple[str, ...] = ("previous", "year")
    sources: tuple[str, ...] = ()
    review_by: date | None = None
    active: bool = True
    note: str | None = None


@dataclass(frozen=True)
class IndicatorSystem:
    """Everything chosen, in the order in which it is written."""

    objectives: tuple[Objective, ...] = ()
    indicators: tuple[Indicator, ...] = ()

    def objective(self, id: str) -> Objective | None:
        return next((o for o in self.objectives if o.id == id), None)

    def indicator(self, kpi: str) -> Indicator | None:
        return next((i for i in self.indicators if i.kpi == kpi), None)

    def of(self, objective: str) -> tuple[Indicator, ...]:
        """The active indicators of an objective."""
        return tuple(i for i in self.indicators if i.active and objective in i.objectives)
