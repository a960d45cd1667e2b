"""Formulas over sums of customers whose errors are clustered by customer: two orders of one buyer are not two facts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

from crmeter.kernel.messages import t
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Product, Total, Window, cell
from crmeter.metrics.value import Estimate, Reason
from crmeter.stats import differences, intervals
from crmeter.stats.differences import Difference


@dataclass(frozen=True)
class Clustered(ABC):
    """A smooth function of sums over customers. Subclasses say which parts and which function."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Total, ...]:
        """The sums it is made of."""

    @property
    @abstractmethod
    def sample(self) -> Total:
        """How many customers it rests on."""

    @abstractmethod
    def function(self, sums: Sequence[float]) -> float:
        """The value."""

    @abstractmethod
    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        """The derivative of the value by each part."""

    @abstractmethod
    def undefined(self, sums: Sequence[float]) -> Reason | None:
        """Why the function has no value there."""

    def fraction(self, sums: Sequence[float]) -> tuple[float, float] | None:
        """Numerator and denominator, where it is a plain ratio."""
        return None

    has_interval = True

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self.parts, self.sample, *(self.products if self.has_interval else ()))

    @property
    def noise(self) -> tuple[Measure, ...]:
        return self.products

    @cached_property
    def products(self) -> tuple[Product, ...]:
        """Σ over customers of each part times each other: what the error is computed from."""
        return tuple(dict.fromkeys(product for row in self._matrix for product in row))

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return tuple((x, y) for x in self.parts for y in self.parts)

    def estimate(self, view: View) -> Estimate:
        sums, n = self.sums(view), view(self.sample)
        above, below = self.fraction(sums) or (None, None)
        reason = self.undefined(sums)
        if reason:
            return Estimate.undefined(reason, above, below, n)
        value = self.function(sums)
        if not self.has_interval:
            return Estimate(value, above, below, n)
        products, gradient, free = self._products(view), self.gradient(sums), self.free(view)
        if len(free) < len(sums):
            products = [[products[i][j] for j in free] for i in free]
            sums, gradient = [sums[i] for i in free], tuple(gradient[i] for i in free)
        error = intervals.clustered_standard_error(n, sums, products, gradient)
        low, high = intervals.around(value, error, df=self.degrees_of_freedom(n)) or (None, None)
        return Estimate(value, above, below, n, low, high)

    def sums(self, view: View) -> list[float]:
        """The parts' sums."""
        return [view(part) for part in self.parts]

    def free(self, view: View) -> Sequence[int]:
        """The places of the parts that are measured, not stated: only they make the error."""
        return range(len(self.parts))

    def degrees_of_freedom(self, n: float) -> float | None:
        """Those of Student's interval; None for the normal one."""
        return None

    def _products(self, view: View) -> list[list[float]]:
        return [[view(product) for product in row] for row in self._matrix]

    @cached_property
    def _matrix(self) -> tuple[tuple[Product, ...], ...]:
        """What each part times each other is read from: x × y is y × x."""
        known = {frozenset(pair): Product(*pair) for pair in combinations_with_replacement(self.parts, 2)}
        return tuple(tuple(known[frozenset((x, y))] for y in self.parts) for x in self.parts)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """The customers of both periods are partly the same: their covariance counts."""
        return self.compare_scaled(now, base, cross, (1.0, 1.0))

    def compare_scaled(self, now: View, base: View, cross: Cross, scales: tuple[float, float]) -> Difference | None:
        """The change of the value times ``scales``, numbers of the two periods that are taken as known."""
        sums, old = self.sums(now), self.sums(base)
        if self.undefined(sums) or self.undefined(old):
            return None
        free = self.free(now)
        parts = [self.parts[i] for i in free]
        between = [[cross(x, y) for y in parts] for x in parts]
        own, others = self._products(now), self._products(base)
        products = [[own[i][j] for j in free] + between[i] for i in free]
        products += [[between[i][j] for i in free] + [others[j][i] for i in free] for j in free]
        gradient = [scales[0] * self.gradient(sums)[i] for i in free]
        gradient += [-scales[1] * self.gradient(old)[i] for i in free]
        n = max(now(self.sample) + base(self.sample), 2.0)
        error = intervals.clustered_standard_error(
            n, [*(sums[i] for i in free), *(old[i] for i in free)], products, gradient
        )
        new, before = scales[0] * self.function(sums), scales[1] * self.function(old)
        return Difference(new - before) if error is None else differences.estimates(new, error, before, 0.0)


@dataclass(frozen=True)
class CustomerRatio(Clustered):
    """Σ numerator ÷ Σ denominator over customers."""

    numerator: Total
    denominator: Total
    n: Total
    has_interval: bool = True

    @cached_property
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
class CustomerMean(CustomerRatio):
    """The mean of one number of each customer counted below: Student's interval.

    The customers of two periods are partly the same, so that the noise of a change is clustered all the same.
    """

    def degrees_of_freedom(self, n: float) -> float | None:
        return n - 1

    def words(self) -> str:
        return t("mean of {measure}", measure=self.numerator.words)


@dataclass(frozen=True)
class NetRetention(Clustered):
    """(customers at the end − new) ÷ customers at the start; may exceed 1."""

    has_interval = False

    @cached_property
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

    @cached_property
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
