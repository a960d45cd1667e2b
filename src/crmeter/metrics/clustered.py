"""Formulas over sums of customers whose errors are clustered by customer: two orders of one buyer are not two facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Product, Total, Window, cell
from crmeter.metrics.value import Estimate, Reason
from crmeter.stats import differences, intervals
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class Clustered:
    """A smooth function of sums over customers. Subclasses say which parts and which function."""

    @property
    def parts(self) -> tuple[Total, ...]:
        raise NotImplementedError

    @property
    def sample(self) -> Total:
        """How many customers it rests on."""
        raise NotImplementedError

    def function(self, sums: Sequence[float]) -> float:
        raise NotImplementedError

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        raise NotImplementedError

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        """Why the function has no value there."""
        raise NotImplementedError

    def fraction(self, sums: Sequence[float]) -> tuple[float, float] | None:
        """Numerator and denominator, where it is a plain ratio."""
        return None

    has_interval = True

    @property
    def measures(self) -> tuple[Measure, ...]:
        products = (Product(x, y) for x, y in combinations_with_replacement(self.parts, 2))
        return (*self.parts, self.sample, *products)

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return tuple((x, y) for x in self.parts for y in self.parts)

    def estimate(self, view: View) -> Estimate:
        sums = [view(part) for part in self.parts]
        n = view(self.sample)
        above, below = self.fraction(sums) or (None, None)
        reason = self.undefined(sums)
        if reason:
            return Estimate.undefined(reason, above, below, n)
        error = self.error(view, sums, n) if self.has_interval else None
        return self.bounded(self.function(sums), error, n, above, below)

    @staticmethod
    def bounded(
        value: float, error: float | None, n: float, above: float | None = None, below: float | None = None
    ) -> Estimate:
        """The estimate with the normal interval of its error."""
        low, high = intervals.around(value, error) or (None, None)
        return Estimate(value, above, below, n, low, high)

    def error(self, view: View, sums: Sequence[float], n: float, fixed: int = 0) -> float | None:
        """The standard error; the last ``fixed`` parts are taken as known."""
        free = len(sums) - fixed
        products = [row[:free] for row in self._products(view)[:free]]
        return intervals.clustered_standard_error(n, sums[:free], products, self.gradient(sums)[:free])

    def standard_error(self, view: View) -> float | None:
        """The standard error of the value as it stands, from its interval."""
        found = self.estimate(view)
        if found.low is None or found.high is None:
            return None
        return intervals.standard_error_of((found.low, found.high))

    def _products(self, view: View) -> list[list[float]]:
        order = {part: i for i, part in enumerate(self.parts)}
        return [[view(Product(*sorted((x, y), key=lambda part: order[part]))) for y in self.parts] for x in self.parts]

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The customers of both periods are partly the same: their covariance counts."""
        sums, old = [now(p) for p in self.parts], [base(p) for p in self.parts]
        if self.undefined(sums) or self.undefined(old):
            return None
        between = [[cross(x, y) for y in self.parts] for x in self.parts]
        own, others = self._products(now), self._products(base)
        size = len(self.parts)
        products = [own[i] + between[i] for i in range(size)]
        products += [[between[i][j] for i in range(size)] + others[j] for j in range(size)]
        n = max(now(self.sample) + base(self.sample), 2.0)
        gradient = (*self.gradient(sums), *(-g for g in self.gradient(old)))
        error = intervals.clustered_standard_error(n, [*sums, *old], products, gradient)
        if error is None:
            return Difference(self.function(sums) - self.function(old))
        return differences.estimates(self.function(sums), error, self.function(old), 0.0)


@dataclass(frozen=True)
class CustomerRatio(Clustered):
    """Σ numerator ÷ Σ denominator over customers."""

    numerator: Total
    denominator: Total
    n: Total
    has_interval: bool = True

    @property
    def parts(self) -> tuple[Total, ...]:
        return (self.numerator, self.denominator)

    @property
    def sample(self) -> Total:
        return self.n

    def function(self, sums: Sequence[float]) -> float:
        return sums[0] / sums[1]

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        return 1 / sums[1], -sums[0] / sums[1] ** 2

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        return None if sums[1] > 0 else Reason.NO_DENOMINATOR

    def fraction(self, sums: Sequence[float]) -> tuple[float, float] | None:
        return sums[0], sums[1]

    def words(self) -> str:
        return f"{self.numerator.words} ÷ {self.denominator.words}"


@dataclass(frozen=True)
class NetRetention(Clustered):
    """(customers at the end − new) ÷ customers at the start; may exceed 1."""

    has_interval = False

    @property
    def parts(self) -> tuple[Total, ...]:
        return cell("customers_end"), cell("new"), cell("customers_start")

    @property
    def sample(self) -> Total:
        return cell("customers_start")

    def function(self, sums: Sequence[float]) -> float:
        return (sums[0] - sums[1]) / sums[2]

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        return 1 / sums[2], -1 / sums[2], -self.function(sums) / sums[2]

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        return None if sums[2] else Reason.NO_DENOMINATOR

    def fraction(self, sums: Sequence[float]) -> tuple[float, float] | None:
        return sums[0] - sums[1], sums[2]

    def words(self) -> str:
        end, new, start = (part.words for part in self.parts)
        return f"({end} − {new}) ÷ {start}"


@dataclass(frozen=True)
class Growth(Clustered):
    """The sum in the period ÷ the sum in an earlier one, − 1."""

    total: Total
    window: Window
    n: Total

    @property
    def parts(self) -> tuple[Total, ...]:
        return self.total, Total(self.total.population, self.total.column, window=self.window)

    @property
    def sample(self) -> Total:
        return self.n

    def function(self, sums: Sequence[float]) -> float:
        return sums[0] / sums[1] - 1

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        return 1 / sums[1], -sums[0] / sums[1] ** 2

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        return None if sums[1] > 0 else Reason.NO_DENOMINATOR

    def fraction(self, sums: Sequence[float]) -> tuple[float, float] | None:
        return sums[0] - sums[1], sums[1]

    def words(self) -> str:
        return f"{self.parts[0].words} ÷ {self.parts[1].words} − 1"
