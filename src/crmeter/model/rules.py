"""The settings of a workspace that change numbers; kept with every load and every sealed evaluation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date

from crmeter.kernel.calendar import Calendar


@dataclass(frozen=True)
class Rules:
    """How this company counts.

    ``inactivity_days`` a purchase customer stays one after a sale (``inactivity_by_segment`` where a segment differs);
    gaps of up to ``contract_gap_days`` between contracts close. ``as_of`` fixes the data horizon, None takes the newest
    event. ``gross_margin`` (0–1) and ``lifetime_years`` are stated numbers that the CLV takes where given.
    """

    currency: str
    timezone: str = "UTC"
    calendar: Calendar = field(default_factory=Calendar)
    inactivity_days: int = 365
    inactivity_by_segment: tuple[tuple[str, int], ...] = ()
    contract_gap_days: int = 0
    as_of: date | None = None
    gross_margin: float | None = None
    lifetime_years: float | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values, in a fixed order, for loads and seals."""
        plain = asdict(self)
        plain["as_of"] = self.as_of.isoformat() if self.as_of else None
        plain["inactivity_by_segment"] = dict(self.inactivity_by_segment)
        return plain
