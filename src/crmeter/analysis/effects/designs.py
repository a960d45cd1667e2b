"""The design of a verification: written down before the start, so that nobody can look for a result afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import Problem, raise_if_any
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain, Period
from crmeter.metrics import Better
from crmeter.stats.effects.effect import Method


class Counted(StrEnum):
    """What one unit of a design is."""

    CUSTOMERS = "customers"
    GROUPS = "groups"  # such as teams or regions: each is one series
    SERIES = "series"  # one number, period by period


UNITS: Mapping[Method, tuple[Counted, ...]] = {
    Method.TRIAL: (Counted.CUSTOMERS,),
    Method.MATCHED_CUSTOMERS: (Counted.CUSTOMERS,),
    Method.DIFFERENCE_IN_DIFFERENCES: (Counted.GROUPS, Counted.CUSTOMERS),
    Method.SYNTHETIC_CONTROL: (Counted.GROUPS,),
    Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES: (Counted.GROUPS,),
    Method.INTERRUPTED_SERIES: (Counted.SERIES,),
}
ARM = "arm"  # the dimension of trials: whom lots put where
LOT = "lot"  # the same where the lots are drawn here, see lots.py
TREATED, CONTROL = "treated", "control"  # what lots say


class Enrolled(StrEnum):
    """Whom lots are drawn for: customers there are at the start, or who come while the window lasts."""

    PRESENT = "present"
    NEW = "new"


@dataclass(frozen=True, kw_only=True)
class Design:
    """What is to be verified, and how; ``kpi`` is the one outcome that decides.

    ``by`` is the attribute that tells who is treated (``target``) from whom they are compared with (``comparison``; of
    groups none means all others). For a trial it is ``arm`` and ``campaign`` names whose, or ``lot``: then ``lots`` is
    what they are drawn from, a share ``planned_share`` of those ``enrolled`` is treated. Elsewhere ``campaign`` says
    that being reached by it is being treated, so that nobody of the comparison may be. A series has a ``target`` only
    where it is that of some values of ``by``; its ``comparison`` are values whose series nothing was done to.

    ``minimum_effect`` (> 0) is the least that matters, in the unit of the outcome: of a sum for each customer, or for
    each group and ``grain``. ``planned_share`` of both arms was to be treated (None: not noted).
    """

    kpi: str
    method: Method
    unit: Counted
    before: Period
    after: Period
    minimum_effect: float
    by: str | None = None
    target: tuple[str, ...] = ()
    comparison: tuple[str, ...] = ()
    campaign: str | None = None
    where: tuple[str, ...] = ()
    grain: Grain = Grain.MONTH
    better: Better | None = None
    planned_share: float | None = None
    lots: str | None = None
    enrolled: Enrolled = Enrolled.PRESENT
    features: tuple[str, ...] = ()
    alpha: float = 0.05
    power: float = 0.8
    registered_on: date | None = None

    @property
    def level(self) -> float:
        """That of its intervals."""
        return 1 - self.alpha

    def periods(self, calendar: Calendar) -> tuple[list[Period], list[Period]]:
        """The periods of ``grain`` before and after the start."""
        before, after = (list(calendar.split(w.start, w.end, self.grain)) for w in (self.before, self.after))
        return before, after

    def as_json(self) -> dict[str, Any]:
        """Plain values; :func:`read_design` reads them."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @property
    def seal(self) -> str:
        """A checksum over all of it: a design that was changed after it was registered has another."""
        packed = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(packed.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Period):
        return {"start": value.start.isoformat(), "end": value.end.isoformat()}
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def _window(written: Any) -> Period:
    return Period(date.fromisoformat(written["start"]), date.fromisoformat(written["end"]))


def _names(written: Any) -> tuple[str, ...]:
    if isinstance(written, str) or not all(isinstance(name, str) for name in written):
        raise TypeError("a list of texts")
    return tuple(written)


def _text(written: Any) -> str:
    if not isinstance(written, str) or not written:
        raise TypeError("a text")
    return written


def _number(written: Any) -> float:
    if isinstance(written, bool):
        raise TypeError("a number")
    return float(written)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "kpi": _text,
    "method": Method,
    "unit": Counted,
    "before": _window,
    "after": _window,
    "minimum_effect": _number,
    "by": _text,
    "target": _names,
    "comparison": _names,
    "campaign": _text,
    "where": _names,
    "grain": Grain,
    "better": Better,
    "planned_share": _number,
    "lots": _text,
    "enrolled": Enrolled,
    "features": _names,
    "alpha": _number,
    "power": _number,
    "registered_on": date.fromisoformat,
}
_REQUIRED = ("kpi", "method", "unit", "before", "after", "minimum_effect")


def read_design(written: Mapping[str, Any]) -> Design:
    """The design that plain values say. UserError with everything that cannot be read."""
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name, value in written.items():
        if name not in _READ:
            problems.append(
                Problem(t("A design has no “{name}”.", name=name), next=t("It has: {names}.", names=", ".join(_READ)))
            )
        elif value is not None:
            try:
                found[name] = _READ[name](value)
            except (TypeError, ValueError, KeyError):
                problems.append(_unreadable(name, value))
    problems += [
        Problem(t("The design does not say its “{name}”.", name=name))
        for name in _REQUIRED
        if written.get(name) is None
    ]
    raise_if_any(problems)
    return Design(**found)


def _unreadable(name: str, value: Any) -> Problem:
    choices = {"method": Method, "unit": Counted, "grain": Grain, "better": Better, "enrolled": Enrolled}
    if name in choices:
        written = t("Choose from: {names}.", names=", ".join(choices[name]))
    elif name in ("before", "after"):
        written = t("Write the first day and the day after the last: {example}.", example='{"start": …, "end": …}')
    elif name in ("target", "comparison", "where", "features"):
        written = t("Write a list of texts.")
    elif name == "registered_on":
        written = t("Write a day such as {example}.", example="2025-07-01")
    else:
        written = t("Write a number.") if _READ[name] is _number else t("Write a text.")
    return Problem(t("“{value}” cannot be read as the “{name}” of a design.", value=value, name=name), next=written)
