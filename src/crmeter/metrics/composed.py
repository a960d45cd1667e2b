"""Formulas that an organisation composes of others: a ratio, a sum or a difference.

How honest an interval can be depends on the parts. Sums over customers keep the error of each customer (clustered);
two counts of events are taken as independent; of anything else the value has no interval, and its change no noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product as pairs_of

from crmeter.metrics.clustered import Clustered
from crmeter.metrics.formulas import Cross, CustomerSum, Formula, RowCount, RowSum, View
from crmeter.metrics.measures import Measure, Product, Total, cell
from crmeter.metrics.notation import notation, total
from crmeter.metrics.value import Estimate, Reason
from crmeter.model.cells import CELL_COLUMNS
from crmeter.stats import differences, intervals
from crmeter.stats.differences import Difference


class Operation(StrEnum):
    RATIO = "ratio"
    SUM = "sum"
    DIFFERENCE = "difference"


SIGNS = {Operation.RATIO: " ÷ ", Operation.SUM: " + ", Operation.DIFFERENCE: " − "}
Terms = tuple[tuple[int, Total], ...]  # +1 or −1 times each total


def composed(operation: Operation, parts: Sequence[Formula]) -> Formula:
    """The formula that makes most of its parts. A ratio and a difference have two, a sum two or more."""
    terms = [_terms(part) for part in parts]
    if all(terms):
        if operation is Operation.RATIO:
            return CustomersRatio(terms[0] or (), terms[1] or ())
        signs = [1, *([-1 if operation is Operation.DIFFERENCE else 1] * (len(parts) - 1))]
        found = [(sign * own, t) for sign, each in zip(signs, terms, strict=True) for own, t in each or ()]
        return CustomersSum(tuple(found))
    if all(isinstance(part, RowCount) for part in parts):
        totals = tuple(part.total for part in parts if isinstance(part, RowCount))
        return CountsRatio(*totals) if operation is Operation.RATIO else CountsSum(operation, totals)
    return Composed(operation, tuple(parts))


def _terms(formula: Formula) -> Terms | None:
    """A formula as a sum over customers, None where it is none."""
    if isinstance(formula, CustomerSum):
        return ((1, formula.total),)
    return formula.terms if isinstance(formula, CustomersSum) else None


def _value(terms: Terms, view: View) -> float:
    return math.fsum(sign * view(total) for sign, total in terms)


def _customers(total: Total) -> Total:
    """Who is behind a sum over customers."""
    needs = CELL_COLUMNS[total.column].needs
    return cell("buyers" if "ledger" in needs else "complaining" if "complaints" in needs else "exposed")


def _joined(terms: Terms, said: Sequence[str]) -> str:
    text = "".join(f"{' − ' if sign < 0 else ' + '}{each}" for (sign, _), each in zip(terms, said, strict=True))
    return text.removeprefix(" + ")


def _bracketed(text: str) -> str:
    return f"({text})" if " + " in text or " − " in text else text


@dataclass(frozen=True)
class CustomersSum:
    """A sum of sums over customers. The noise of its change is √Σd², d being each customer's own change."""

    terms: Terms
    has_interval = False
    is_sum = True

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self._totals, _customers(self._totals[0]))

    @cached_property
    def _totals(self) -> tuple[Total, ...]:
        return tuple(total for _, total in self.terms)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return tuple(dict.fromkeys(Product(x, y) for x, y in self.crossed))

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return tuple(dict.fromkeys((x, y) for x in self._totals for y in self._totals))

    def estimate(self, view: View) -> Estimate:
        return Estimate(_value(self.terms, view), n=view(_customers(self._totals[0])))

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        changes = 0.0
        for (a, x), (b, y) in pairs_of(self.terms, repeat=2):
            changes += a * b * (now(Product(x, y)) + base(Product(x, y)) - 2 * cross(x, y))
        return differences.sums(_value(self.terms, now), _value(self.terms, base), changes)

    def words(self) -> str:
        return _joined(self.terms, [t.words for t in self._totals])

    def notation(self) -> str:
        return _joined(self.terms, [total(t) for t in self._totals])


@dataclass(frozen=True)
class CustomersRatio(Clustered):
    """A sum over customers ÷ another; its error is clustered by customer."""

    above: Terms
    below: Terms

    @cached_property
    def parts(self) -> tuple[Total, ...]:
        return tuple(dict.fromkeys(total for _, total in (*self.above, *self.below)))

    @property
    def sample(self) -> Total:
        return _customers(self.below[0][1])

    @cached_property
    def _weights(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """How often each part is in the numerator, and in the denominator."""
        above, below = ([sum(s for s, t in terms if t == part) for part in self.parts] for terms in
                        (self.above, self.below))  # fmt: skip
        return tuple(above), tuple(below)

    def _fold(self, sums: Sequence[float]) -> tuple[float, float]:
        above, below = (math.fsum(w * s for w, s in zip(weights, sums, strict=True)) for weights in self._weights)
        return above, below

    def function(self, sums: Sequence[float]) -> float:
        above, below = self._fold(sums)
        return above / below

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        above, below = self._fold(sums)
        return tuple(a / below - b * above / below**2 for a, b in zip(*self._weights, strict=True))

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        return None if self._fold(sums)[1] > 0 else Reason.NO_DENOMINATOR

    def fraction(self, sums: Sequence[float]) -> tuple[float, float] | None:
        return self._fold(sums)

    def words(self) -> str:
        above, below = (_joined(terms, [t.words for _, t in terms]) for terms in (self.above, self.below))
        return f"{_bracketed(above)} ÷ {_bracketed(below)}"

    def notation(self) -> str:
        above, below = (_joined(terms, [total(t) for _, t in terms]) for terms in (self.above, self.below))
        return f"{_bracketed(above)} ÷ {_bracketed(below)}"


@dataclass(frozen=True)
class CountsRatio:
    """A count of events ÷ another, both left to chance (Poisson) and taken as independent: of all events together, the
    share of the first is binomial. Where one is counted in the other the interval is wider than it need be."""

    above: Total
    below: Total
    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.above, self.below)

    def estimate(self, view: View) -> Estimate:
        above, below = view(self.above), view(self.below)
        n = above + below
        if not below:
            return Estimate.undefined(Reason.NO_DENOMINATOR, above, below, n)
        low, high = intervals.count_ratio(above, below) or (None, None)
        return Estimate(above / below, above, below, n, low, high)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        errors = [e.value * math.sqrt(1 / e.numerator + 1 / e.denominator) if e.numerator and e.denominator and e.value
                  else None for e in (new, old)]  # fmt: skip
        return differences.estimates(new.value, errors[0], old.value, errors[1])

    def words(self) -> str:
        return f"{self.above.words} ÷ {self.below.words}"

    def notation(self) -> str:
        return f"{total(self.above)} ÷ {total(self.below)}"


@dataclass(frozen=True)
class CountsSum:
    """Counts of events added or subtracted. They may count the same events, so the noise of the change is bounded: the
    error of a sum is at most the sum of the errors."""

    operation: Operation
    totals: tuple[Total, ...]
    has_interval = False
    is_sum = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return self.totals

    def _signed(self, view: View) -> float:
        first, *others = (view(total) for total in self.totals)
        return first - math.fsum(others) if self.operation is Operation.DIFFERENCE else first + math.fsum(others)

    def estimate(self, view: View) -> Estimate:
        return Estimate(self._signed(view), n=math.fsum(view(total) for total in self.totals))

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        errors = [math.fsum(math.sqrt(view(total)) for total in self.totals) for view in (now, base)]
        return differences.estimates(self._signed(now), errors[0], self._signed(base), errors[1])

    def words(self) -> str:
        return SIGNS[self.operation].join(total.words for total in self.totals)

    def notation(self) -> str:
        return SIGNS[self.operation].join(total(each) for each in self.totals)


@dataclass(frozen=True)
class Composed:
    """Any formulas put together: the value alone. Where a part is undefined so is the whole, for the same reason."""

    operation: Operation
    parts: tuple[Formula, ...]
    has_interval = False
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(dict.fromkeys(measure for part in self.parts for measure in part.measures))

    @property
    def is_sum(self) -> bool:
        """Whether the values of groups add up to the total's."""
        sums = [isinstance(p, CustomerSum | RowCount | RowSum) or getattr(p, "is_sum", False) for p in self.parts]
        return self.operation is not Operation.RATIO and all(sums)

    def estimate(self, view: View) -> Estimate:
        found = [part.estimate(view) for part in self.parts]
        sizes = [each.n for each in found if each.n is not None]
        n = min(sizes) if sizes else None
        values = [each.value for each in found if each.value is not None]
        if len(values) < len(found):
            reason = next(each.reason for each in found if each.value is None)
            return Estimate(None, n=n, reason=reason)
        remark = next((each.reason for each in found if each.reason), None)
        if self.operation is not Operation.RATIO:
            sign = -1 if self.operation is Operation.DIFFERENCE else 1
            return Estimate(values[0] + sign * math.fsum(values[1:]), n=n, reason=remark)
        above, below = values
        n = found[1].n
        if below <= 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, above, below, n)
        return Estimate(above / below, above, below, n, reason=remark)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now).value, self.estimate(base).value
        return None if new is None or old is None else Difference(new - old)

    def words(self) -> str:
        return SIGNS[self.operation].join(_bracketed_ratio(part.words()) for part in self.parts)

    def notation(self) -> str | None:
        said = [notation(part) for part in self.parts]
        return SIGNS[self.operation].join(_bracketed_ratio(each) for each in said if each) if all(said) else None


def _bracketed_ratio(text: str) -> str:
    return f"({text})" if any(sign in text for sign in (" ÷ ", " + ", " − ", " × ")) else text
