"""The settings of a workspace that change numbers; kept with every load and every sealed evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.working_time import WorkingTime


@dataclass(frozen=True)
class Rules:
    """How this company counts.

    ``inactivity_days`` a purchase customer stays one after a sale (``inactivity_by_segment`` where a segment differs);
    gaps of up to ``contract_gap_days`` between contracts close. ``as_of`` fixes the data horizon, None takes the newest
    event. ``gross_margin`` (0–1), ``lifetime_years``, ``yearly_margin`` (of one customer) and ``yearly_retention``
    (0–1) are stated numbers that the CLV takes where given; discounted, it looks ``horizon_years`` ahead at
    ``discount_rate`` a year. ``tier_high`` and ``tier_medium`` are the shares of customers in those tiers. An order is
    credited to campaigns that reached its customer up to ``attribution_days`` before. ``meaningful_actions`` are those
    by which a user really works in the CRM (none named: all but coming and going).
    ``csi_weights`` are those of the aspects of satisfaction, all alike where there are none; ``ces_high_is_good`` says
    that the high end of the effort scale stands for little effort.
    """

    currency: str
    timezone: str = "UTC"
    calendar: Calendar = field(default_factory=Calendar)
    working: WorkingTime = field(default_factory=WorkingTime)
    inactivity_days: int = 365
    inactivity_by_segment: tuple[tuple[str, int], ...] = ()
    contract_gap_days: int = 0
    as_of: date | None = None
    gross_margin: float | None = None
    lifetime_years: float | None = None
    discount_rate: float = 0.1
    horizon_years: int = 5
    yearly_margin: float | None = None
    yearly_retention: float | None = None
    tier_high: float = 0.2
    tier_medium: float = 0.3
    attribution_days: int = 30
    meaningful_actions: tuple[str, ...] = ()
    csi_weights: tuple[tuple[str, float], ...] = ()
    ces_high_is_good: bool = False

    def as_json(self) -> dict[str, object]:
        """Plain values, in a fixed order, for loads and seals."""
        plain = asdict(self)
        plain["as_of"] = self.as_of.isoformat() if self.as_of else None
        plain["working"] = self.working.as_json()
        plain["inactivity_by_segment"] = dict(self.inactivity_by_segment)
        plain["csi_weights"] = dict(self.csi_weights)
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Rules:
        """The rules that :meth:`as_json` wrote; what an earlier version did not write has its default."""
        told = {name: plain[name] for name in cls.__dataclass_fields__ if name in plain}
        for name in ("inactivity_by_segment", "csi_weights"):
            told[name] = tuple(dict(told.get(name) or {}).items())
        told["meaningful_actions"] = tuple(told.get("meaningful_actions") or ())
        told["calendar"] = Calendar.from_json(plain.get("calendar") or {})
        told["working"] = WorkingTime.from_json(plain.get("working") or {})
        told["as_of"] = date.fromisoformat(told["as_of"]) if told.get("as_of") else None
        return cls(**told)
