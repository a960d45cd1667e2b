"""Formulas over answers and durations: means, quantiles, the net promoter score."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

from crmeter.kernel.messages import t
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Extreme, Measure, Ranked, Total, squared
from crmeter.metrics.value import Estimate, Reason
from crmeter.stats import differences, intervals
from crmeter.stats.differences import Difference, Moments


@dataclass(frozen=True)
class Mean:
    """The mean of independent values: Student's interval."""

    total: Total

    @cached_property
    def n(self) -> Total:
        return Total(self.total.population, f"#{self.total.column}")

    @cached_property
    def squares(self) -> Total:
        return squared(self.total)

    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.total, self.squares, self.n)

    def estimate(self, view: View) -> Estimate:
        n, total, squares = self._moments(view)
        if not n:
            return Estimate.undefined(Reason.NO_DATA, n=0)
        low, high = intervals.mean_t(n, total, squares) or (None, None)
        return Estimate(total / n, total, n, n, low, high)

    def _moments(self, view: View) -> Moments:
        return Moments(view(self.n), view(self.total), view(self.squares))

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        return differences.means(self._moments(now), self._moments(base))

    def words(self) -> str:
        return t("mean of {measure}", measure=self.total.words)


@dataclass(frozen=True)
class ScaleMean:
    """The mean of scores of one scale; over several scales it says nothing."""

    mean: Mean
    low: Extreme
    high: Extreme
    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        bounds = (self.low, self.high)
        return (*self.mean.measures, *bounds, *(replace(b, largest=not b.largest) for b in bounds))

    @cached_property
    def _ends(self) -> tuple[tuple[Extreme, Extreme], ...]:
        """The smallest and the largest that each end of the scale is said to be."""
        ends = (self.low, self.high)
        return tuple((replace(end, largest=False), replace(end, largest=True)) for end in ends)

    def _scale(self, view: View) -> tuple[float, float] | None:
        """The scale, None if there are several."""
        found = []
        for smallest, largest in self._ends:
            least, most = view(smallest), view(largest)
            if least != most and not math.isnan(least):
                return None
            found.append(least)
        return found[0], found[1]

    def estimate(self, view: View) -> Estimate:
        if self._scale(view) is None:
            n = view(self.mean.n)
            return Estimate.undefined(Reason.MIXED_SCALES, n=n)
        return self.mean.estimate(view)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        scale = self._scale(now)
        return self.mean.compare(now, base, cross) if scale is not None and scale == self._scale(base) else None

    def words(self) -> str:
        return self.mean.words()


@dataclass(frozen=True)
class Quantile:
    """A quantile (type 7) with the exact interval of its order statistics."""

    ranked: Ranked
    label: Total
    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.ranked, self.ranked.rows)

    def estimate(self, view: View) -> Estimate:
        n = int(view(self.ranked.rows))
        place = intervals.quantile_ranks(n, self.ranked.q)
        if place is None:
            return Estimate.undefined(Reason.NO_DATA, n=0)
        below, above, weight = place
        bounds = intervals.order_statistic_ranks(n, self.ranked.q)
        low, high, *around = view.ranked(self.ranked, (below, above, *(bounds or ())))
        if low is None or (weight and high is None):
            return Estimate.undefined(Reason.NOT_ANSWERED_YET, n=n)
        value = low + weight * (high - low) if weight and high is not None else low
        least, most = around or (None, None)
        return Estimate(value, n=n, low=least, high=most)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        errors = [
            intervals.standard_error_of((e.low, e.high)) if e.low is not None and e.high is not None else None
            for e in (new, old)
        ]
        return differences.estimates(new.value, errors[0], old.value, errors[1])

    def words(self) -> str:
        if self.ranked.q == 0.5:
            return t("median of {measure}", measure=self.label.words)
        return t(
            "the {percent}th percentile of {measure}", percent=round(self.ranked.q * 100), measure=self.label.words
        )


@dataclass(frozen=True)
class NetPromoter:
    """Share of promoters minus share of detractors, in points."""

    promoters: Total
    detractors: Total
    answers: Total
    has_interval = True
    noise = crossed = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.promoters, self.detractors, self.answers)

    def estimate(self, view: View) -> Estimate:
        up, down, n = (view(m) for m in (self.promoters, self.detractors, self.answers))
        if not n:
            return Estimate.undefined(Reason.NO_DATA, n=0)
        low, high = intervals.nps(up, down, n) or (None, None)
        return Estimate(100 * (up - down) / n, up - down, n, n, low, high)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        each = [view(m) for view in (now, base) for m in (self.promoters, self.detractors, self.answers)]
        return differences.nps(*each)

    def words(self) -> str:
        return f"100 × ({self.promoters.words} − {self.detractors.words}) ÷ {self.answers.words}"
