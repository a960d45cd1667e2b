"""Formulas: how a KPI's value, its interval and the noise of its change follow from measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from crmeter.kernel.messages import t
from crmeter.metrics.measures import Dated, Extreme, Measure, Product, Ranked, Total, squared
from crmeter.metrics.value import Estimate, Reason
from crmeter.model.rules import Rules
from crmeter.stats import differences, intervals
from crmeter.stats.differences import Difference

Cross = Callable[[Total, Total], float]  # Σ over customers of (x of now) × (y of the base)


class View(Protocol):
    """The measures of one period and one group."""

    @property
    def months(self) -> int | None:
        """How many whole months the known days cover, None if they are no whole months."""

    @property
    def days(self) -> int: ...

    @property
    def rules(self) -> Rules: ...

    @property
    def has_contracts(self) -> bool:
        """Whether the company has any contract at all, in whichever period and group."""

    def __call__(self, measure: Total | Extreme | Product) -> float:
        """A number; 0 where no row counts (Extreme: NaN)."""

    def ranked(self, measure: Ranked, ranks: tuple[int, ...]) -> tuple[float | None, ...]:
        """The values at these ranks (from 1), None where the row there has no value."""

    def dated(self, measure: Dated) -> Sequence[tuple[date, float]]:
        """The sums of the days that have rows, first to last."""


class Formula(Protocol):
    """A way to compute a KPI from ``measures``. The noise of its change needs ``noise`` of each period besides, and of
    the customers of both periods the products ``crossed``. A value without an interval where ``has_interval`` promises
    one rests on too little."""

    @property
    def has_interval(self) -> bool: ...

    @property
    def measures(self) -> tuple[Measure, ...]: ...

    @property
    def noise(self) -> tuple[Measure, ...]: ...

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]: ...

    def estimate(self, view: View) -> Estimate: ...

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None: ...

    def words(self) -> str: ...


@dataclass(frozen=True)
class CustomerSum:
    """Σ over customers. The noise of its change is √Σd², d being each customer's own change."""

    total: Total
    n: Total | None = None  # the sample, where the sum itself is not a count

    has_interval = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.total, *((self.n,) if self.n else ()))

    @property
    def noise(self) -> tuple[Measure, ...]:
        return (Product(self.total, self.total),)

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return ((self.total, self.total),)

    def estimate(self, view: View) -> Estimate:
        value = view(self.total)
        return Estimate(value, n=view(self.n) if self.n else value)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        own = Product(self.total, self.total)
        changes = now(own) + base(own) - 2 * cross(self.total, self.total)
        return differences.sums(now(self.total), base(self.total), changes)

    def words(self) -> str:
        return self.total.words


@dataclass(frozen=True)
class RowCount:
    """A count of events that happen independently (Poisson)."""

    total: Total
    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.total,)

    def estimate(self, view: View) -> Estimate:
        return Estimate(view(self.total), n=view(self.total))

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        return differences.counts(now(self.total), base(self.total))

    def words(self) -> str:
        return self.total.words


@dataclass(frozen=True)
class RowSum:
    """Σ of amounts of events that happen independently; ``n`` counts them."""

    total: Total
    n: Total
    has_interval = False
    crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.total, self.n)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return (squared(self.total),)

    def estimate(self, view: View) -> Estimate:
        return Estimate(view(self.total), n=view(self.n))

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        spread = now(squared(self.total)) + base(squared(self.total))
        return differences.sums(now(self.total), base(self.total), spread)

    def words(self) -> str:
        return self.total.words


@dataclass(frozen=True)
class Share:
    """Part ÷ whole, the part being counted in the whole: Wilson's interval."""

    numerator: Total | Product
    denominator: Total
    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.numerator, self.denominator)

    def estimate(self, view: View) -> Estimate:
        part, whole = view(self.numerator), view(self.denominator)
        if not whole:
            return Estimate.undefined(Reason.NO_DENOMINATOR, part, whole, whole)
        low, high = intervals.wilson(part, whole) or (None, None)
        return Estimate(part / whole, part, whole, whole, low, high)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        return differences.shares(
            now(self.numerator), now(self.denominator), base(self.numerator), base(self.denominator)
        )

    def words(self) -> str:
        return f"{self.numerator.words} ÷ {self.denominator.words}"


@dataclass(frozen=True)
class AnnualShare:
    """1 − (1 − share)^k, k being how often the period fits into a year; the share's Wilson interval transformed."""

    share: Share
    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return self.share.measures

    def estimate(self, view: View) -> Estimate:
        found = self.share.estimate(view)
        if found.value is None or found.denominator is None or found.numerator is None:
            return found
        k = per_year(view)
        low, high = intervals.annualised_wilson(found.numerator, found.denominator, k) or (None, None)
        value = intervals.annualise(found.value, k)
        return Estimate(value, found.numerator, found.denominator, found.n, low, high)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The change of the annual value; whether it is noise is asked of the shares where both fit equally often."""
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        errors = [
            intervals.standard_error_of((e.low, e.high)) for e in (new, old) if e.low is not None and e.high is not None
        ]
        if len(errors) < 2:
            return Difference(new.value - old.value)
        found = differences.estimates(new.value, errors[0], old.value, errors[1])
        shares = self.share.compare(now, base, cross)
        same = per_year(now) == per_year(base)
        return Difference(found.change, found.low, found.high, shares.p) if shares and same else found

    def words(self) -> str:
        return t("1 − (1 − {share})^(periods per year)", share=self.share.words())


def per_year(view: View) -> float:
    """How often a period fits into a year: 12, 4, 2, 1 for month, quarter, half and year, else by its days.

    The days decide, not the name: a quarter that is not over is no quarter of churn.
    """
    return 12 / view.months if view.months in (1, 3, 6, 12) else 365.25 / view.days


@dataclass(frozen=True)
class Quotient:
    """A number ÷ another where neither is part of the other. Only one of them is left to chance (Poisson)."""

    numerator: Total
    denominator: Total
    chance_above: bool  # whether the numerator is the one left to chance
    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.numerator, self.denominator)

    def estimate(self, view: View) -> Estimate:
        above, below = view(self.numerator), view(self.denominator)
        if not below:
            return Estimate.undefined(Reason.NO_DENOMINATOR, above, below, below)
        return Estimate(above / below, above, below, below)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        return differences.estimates(new.value, self._error(now), old.value, self._error(base))

    def _error(self, view: View) -> float:
        above, below = view(self.numerator), view(self.denominator)
        return math.sqrt(above) / below if self.chance_above else above / below / math.sqrt(below)

    def words(self) -> str:
        return f"{self.numerator.words} ÷ {self.denominator.words}"
