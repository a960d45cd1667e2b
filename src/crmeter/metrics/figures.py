"""Count-only input: KPIs from numbers that a company gives by period, where it has no rows to count.

The table ``figures`` holds numbers of inputs for stretches of days. A number of a period is given for it, or summed
from stretches that make it up without a gap or an overlap. What stands at a moment (customers at the start and at the
end) is taken from the stretch that begins or ends there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from crmeter.kernel.period import Period, months_between
from crmeter.metrics.formulas import Cross
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.measures import Dated, Extreme, Product, Ranked, Total, Window
from crmeter.metrics.value import Estimate, Reason
from crmeter.model.rules import Rules
from crmeter.stats.differences import Difference
from crmeter.warehouse.duck import Figure

NAN = float("nan")
Days = tuple[date, date]
Find = Callable[..., float]

# Inputs under which the columns of measures are given.
_GIVEN = {"customers_start": "start", "customers_end": "end", "spent": "spend", "purchases": "orders"}
# What follows from other inputs where it is not given itself.
_DERIVED: Mapping[str, Callable[[Find, Days], float]] = {
    "kept": lambda find, days: find("customers_start", days) - find("lost", days),
    "lost": lambda find, days: find("customers_start", days) - find("kept", days),
    "exposed": lambda find, days: find("customers_start", days) + find("new", days),
}


class Conflict(Exception):
    """Two sources give different numbers for the same."""


@dataclass
class Figures:
    """The numbers given, by input."""

    rows: Sequence[Figure]
    _by_input: dict[str, list[Figure]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            self._by_input.setdefault(row.input, []).append(row)

    def find(self, column: str, days: Days) -> float:
        """The number of a column over a stretch of days, NaN where it is not given; Conflict where two are."""
        stretches: dict[Days, set[float]] = {}
        for row in self._by_input.get(_GIVEN.get(column, column), ()):
            stretches.setdefault((row.start, row.end), set()).add(row.value)
        if column == "customers_start":
            found = _standing(stretches, days[0], at=0)
            return found if not math.isnan(found) else self._standing_end(days[0])
        if column == "customers_end":
            return _standing(stretches, days[1], at=1)
        return _tiled(stretches, days)

    def _standing_end(self, day: date) -> float:
        """Who is there at the end of a stretch is there at the start of the next."""
        stretches: dict[Days, set[float]] = {}
        for row in self._by_input.get("end", ()):
            stretches.setdefault((row.start, row.end), set()).add(row.value)
        return _standing(stretches, day, at=1)


def _standing(stretches: Mapping[Days, set[float]], day: date, at: int) -> float:
    values = {value for days, given in stretches.items() if days[at] == day for value in given}
    if len(values) > 1:
        raise Conflict
    return values.pop() if values else NAN


def _tiled(stretches: Mapping[Days, set[float]], days: Days) -> float:
    """The number of the very days, else the sum of the shortest stretches that make them up."""
    if days in stretches:
        return _only(stretches[days])
    at, total = days[0], 0.0
    while at < days[1]:
        ends = [end for start, end in stretches if start == at and end <= days[1]]
        if not ends:
            return NAN
        total += _only(stretches[(at, min(ends))])
        at = min(ends)
    return total


def _only(values: set[float]) -> float:
    if len(values) > 1:
        raise Conflict
    return next(iter(values))


@dataclass(frozen=True)
class FigureView:
    """The measures of one period as they are given (formulas' ``View``). What is not given is NaN."""

    figures: Figures
    period: Period
    rules: Rules
    instead: Mapping[str, Callable[[Find], float]] = field(default_factory=dict)  # Kpi.figures

    @property
    def months(self) -> int | None:
        return months_between(self.period)

    @property
    def days(self) -> int:
        return self.period.days

    @property
    def has_contracts(self) -> bool:
        return False

    def __call__(self, measure: Total | Extreme | Product) -> float:
        if not isinstance(measure, Total) or measure.squared:
            return NAN
        own = (self.period.start, self.period.end)
        window = "" if measure.window is Window.PERIOD else f"@{measure.window}"
        if self.instead and f"{measure.column}{window}" in self.instead:
            return self.instead[f"{measure.column}{window}"](lambda column: self.figures.find(column, own))
        days = self._days(measure.window)
        found = self.figures.find(measure.column, days)
        if math.isnan(found) and measure.column in _DERIVED:
            return _DERIVED[measure.column](self.figures.find, days)
        return found

    def _days(self, window: Window) -> Days:
        calendar, period = self.rules.calendar, self.period
        if window is Window.YEAR_TO_END:
            return period.end - timedelta(days=365), period.end
        if window is Window.PREVIOUS:
            period = calendar.previous(period)
        elif window is Window.YEAR_BEFORE:
            period = calendar.year_before(period)
        return period.start, period.end

    def ranked(self, measure: Ranked, ranks: tuple[int, ...]) -> tuple[float | None, ...]:
        return (None,) * len(ranks)

    def dated(self, measure: Dated) -> Sequence[tuple[date, float]]:
        return ()


def estimate(kpi: Kpi, view: FigureView) -> Estimate:
    """The value of a KPI from what is given; undefined (missing_input) where that is not enough."""
    if any(not isinstance(m, Total | Product) for m in kpi.formula.measures):
        return Estimate.undefined(Reason.MISSING_INPUT)
    try:
        found = kpi.formula.estimate(view)
        parts = [view(m) for m in kpi.formula.measures if isinstance(m, Total) and not m.squared]
    except Conflict:
        return Estimate.undefined(Reason.CONFLICTING_FIGURES)
    except (ValueError, ArithmeticError):
        return Estimate.undefined(Reason.MISSING_INPUT)
    told = {name: _known(getattr(found, name)) for name in ("value", "numerator", "denominator", "n", "low", "high")}
    if told["value"] is None:
        incomplete = any(map(math.isnan, parts)) or found.reason is None
        return Estimate.undefined(Reason.MISSING_INPUT if incomplete else Reason(str(found.reason)))
    return Estimate(**told, reason=found.reason or Reason.FIGURES)


def difference(kpi: Kpi, now: FigureView, base: FigureView) -> Difference | None:
    """The change between two periods; its noise where counts tell it."""
    new, old = estimate(kpi, now).value, estimate(kpi, base).value
    if new is None or old is None:
        return None
    no_products: Cross = lambda x, y: NAN  # noqa: E731
    try:
        found = kpi.formula.compare(now, base, no_products)
    except (ValueError, ArithmeticError):
        found = None
    bounds = (found.low, found.high, found.p) if found else (None,)
    if found is None or any(b is None or math.isnan(b) for b in bounds):
        return Difference(new - old)
    return found


def _known(number: float | None) -> float | None:
    return None if number is None or math.isnan(number) else number
