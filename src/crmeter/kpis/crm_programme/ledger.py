"""Formulas over the ledger of the CRM: everything up to the end of the period, and nothing of it left to chance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from crmeter.metrics import Estimate, Reason
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Dated, Measure, Total
from crmeter.stats.cash_flows import Flow
from crmeter.stats.differences import Difference

COST, BENEFIT, ENTRIES = (Total("investment", column) for column in ("cost", "benefit", "entries"))
FLOWS = Dated("investment", "net_flow")
LEFT_OUT = Total("investment", "foreign_amounts")
BESIDE = (
    (Reason.NOT_MEASURED, Total("investment", "not_measured")),
    (Reason.ABOUT, Total("investment", "costs_without_amount")),
)
DIMENSIONS = ("evidence", "category")


@dataclass(frozen=True)
class OfLedger(ABC):
    """What the ledger says. Subclasses say how."""

    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (FLOWS, ENTRIES)

    @abstractmethod
    def estimate(self, view: View) -> Estimate:
        """The value."""

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The change; the ledger has no noise that could be told from it."""
        new, old = self.estimate(now), self.estimate(base)
        return None if new.value is None or old.value is None else Difference(new.value - old.value)


@dataclass(frozen=True)
class OfFlows(OfLedger):
    """What the dated flows say."""

    def estimate(self, view: View) -> Estimate:
        n, flows = view(ENTRIES), [flow for flow in view.dated(FLOWS) if flow[1]]
        if not flows:
            return Estimate.undefined(Reason.NO_DATA, n=n)
        found = self.of(flows, view.rules.discount_rate)
        if isinstance(found, float):
            return Estimate(found, n=n)
        return Estimate(None, n=n, reason=found)

    @abstractmethod
    def of(self, flows: Sequence[Flow], rate: float) -> float | str:
        """The value at a discount rate, or the reason why there is none."""
