"""Campaign return on investment: what campaigns bring beyond what they cost.

An order is credited to the campaigns that reached its customer in the days before: wholly to the last or the first of
them, or evenly to all. Every order is credited once in all, so that the three differ between campaigns and not in sum.
With a control group nothing is credited: the margin of those treated is held against that of those left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from crmeter.kernel.messages import t
from crmeter.metrics import Better, Estimate, Example, Kpi, Reason, Unit
from crmeter.metrics.clustered import Clustered
from crmeter.metrics.formulas import Cross, View
from crmeter.metrics.measures import Measure, Product, Total, cell
from crmeter.model.contributions.campaigns import PARTS, WAYS
from crmeter.model.rules import Rules
from crmeter.stats import differences, intervals
from crmeter.stats.differences import Difference

_DIMENSIONS = ("campaign_id", "campaign.name", "campaign.kind", "campaign.channel", "campaign.target_segment")


def weights(rules: Rules) -> tuple[float, float, float]:
    """What known margins, sales without a known cost and refunds without one count. A stated margin stands in for
    costs; without one a refund takes off all of its amount."""
    stated = rules.gross_margin
    return 1.0, stated or 0.0, -1.0 if stated is None else -stated


def unknown(rules: Rules, uncosted: float) -> bool:
    """Whether there are sales of which nobody knows what they leave."""
    return rules.gross_margin is None and uncosted > 0


@dataclass(frozen=True)
class CreditedMargin(Clustered):
    """The margin of orders credited in one of WAYS."""

    way: str
    weights: tuple[float, float, float] = (1.0, 0.0, -1.0)

    @cached_property
    def parts(self) -> tuple[Total, ...]:
        return tuple(cell(f"{part}_{self.way}") for part in PARTS)

    @property
    def sample(self) -> Total:
        return cell("credited")

    def function(self, sums: Sequence[float]) -> float:
        return sum(w * s for w, s in zip(self.weights, sums, strict=True))

    def gradient(self, sums: Sequence[float]) -> tuple[float, ...]:
        return self.weights

    def undefined(self, sums: Sequence[float]) -> Reason | None:
        return None

    def words(self) -> str:
        return self.parts[0].words


@dataclass(frozen=True)
class CampaignReturn:
    """(margin of credited orders − spend) ÷ spend."""

    margin: CreditedMargin
    spend: Total
    has_interval = True

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self.margin.measures, self.spend)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return self.margin.noise

    @property
    def crossed(self) -> tuple[tuple[Total, Total], ...]:
        return self.margin.crossed

    def _margin(self, view: View) -> CreditedMargin:
        return CreditedMargin(self.margin.way, weights(view.rules))

    def estimate(self, view: View) -> Estimate:
        spent, found = view(self.spend), self._margin(view).estimate(view)
        above = (found.value or 0.0) - spent
        if spent <= 0:
            return Estimate.undefined(Reason.NO_DENOMINATOR, above, spent, found.n)
        if unknown(view.rules, view(self.margin.parts[1])):
            return Estimate.undefined(Reason.MISSING_INPUT, n=found.n)
        low, high = (None if bound is None else bound / spent - 1 for bound in (found.low, found.high))
        return Estimate(above / spent, above, spent, found.n, low, high)

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """What was spent is known: what may be noise is the margin."""
        scales = 1 / now(self.spend), 1 / base(self.spend)
        return self._margin(now).compare_scaled(now, base, cross, scales)

    def words(self) -> str:
        return f"({self.margin.words()} − {self.spend.words}) ÷ {self.spend.words}"


@dataclass(frozen=True)
class Uplift:
    """(margin of those treated − that of the control group, scaled to as many people − spend) ÷ spend.

    The people of each arm are independent, and so are their margins; a customer in several trials counts in each.
    """

    spend: Total
    has_interval = True
    crossed = ()

    @cached_property
    def arms(self) -> tuple[tuple[Total, ...], tuple[Total, ...]]:
        """The parts of the margin of those treated, and of the control group."""
        treated, control = (tuple(cell(f"{part}_{arm}") for part in PARTS) for arm in ("treated", "control"))
        return treated, control

    @cached_property
    def people(self) -> tuple[Total, Total]:
        return Total("arms", "treated"), Total("arms", "left_alone")

    @cached_property
    def products(self) -> tuple[Product, ...]:
        each = [*self.arms[0], *self.arms[1]]
        return tuple(Product(x, y) for i, x in enumerate(each) for y in each[i:])

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (*self.arms[0], *self.arms[1], *self.people, self.spend, *self.products)

    @property
    def noise(self) -> tuple[Measure, ...]:
        return self.products

    def estimate(self, view: View) -> Estimate:
        spent = view(self.spend)
        treated, control = (view(people) for people in self.people)
        gained = self._margin(view, 0) - self._margin(view, 1)
        if spent <= 0 or not treated or not control:
            return Estimate.undefined(Reason.NO_DENOMINATOR, gained - spent, spent, treated + control)
        if unknown(view.rules, sum(view(arm[1]) for arm in self.arms)):
            return Estimate.undefined(Reason.MISSING_INPUT, n=treated + control)
        error = self._error(view)
        bounds = intervals.around(gained, error) or (None, None)
        low, high = (None if bound is None else bound / spent - 1 for bound in bounds)
        return Estimate(gained / spent - 1, gained - spent, spent, treated + control, low, high)

    def _margin(self, view: View, arm: int) -> float:
        return sum(w * view(part) for w, part in zip(weights(view.rules), self.arms[arm], strict=True))

    def _error(self, view: View) -> float | None:
        """The standard error of the difference; None where nobody's margin differs from another's."""
        variances = [self._variance(view, arm) for arm in (0, 1)]
        shared = self._product(view, 0, 1)  # of customers treated in one trial and left alone in another
        variance = variances[0] + variances[1] - 2 * shared
        return variance**0.5 if variance > 0 else None

    def _variance(self, view: View, arm: int) -> float:
        n, total = view(self.people[arm]), self._margin(view, arm)
        return n * (intervals.sample_variance(n, total, self._product(view, arm, arm)) or 0.0)

    def _product(self, view: View, arm: int, other: int) -> float:
        """Σ over customers of the margin in one arm times that in another."""
        own = weights(view.rules)
        return sum(
            w * v * view(Product(x, y))
            for w, x in zip(own, self.arms[arm], strict=True)
            for v, y in zip(own, self.arms[other], strict=True)
        )

    def compare(self, now: View, base: View, cross: Cross) -> Difference | None:
        """People of two periods are others: each is touched first once by a campaign."""
        new, old = self.estimate(now), self.estimate(base)
        if new.value is None or old.value is None:
            return None
        errors = [error / view(self.spend) if (error := self._error(view)) else None for view in (now, base)]
        return differences.estimates(new.value, errors[0], old.value, errors[1])

    def words(self) -> str:
        return t(
            "(margin of {treated} − margin of {control} scaled to as many − {spend}) ÷ {spend}",
            treated=self.people[0].words,
            control=self.people[1].words,
            spend=self.spend.words,
        )


def credited(way: str) -> Kpi:
    """The return by orders credited in one of WAYS."""
    return Kpi(
        id=f"campaign_roi.{way}",
        formula=CampaignReturn(CreditedMargin(way), Total("campaign_spend", "campaign_spent")),
        unit=Unit.SHARE,
        better=Better.UP,
        left_out=cell("credits_unpriced"),
        beside=((Reason.OTHER_CURRENCY, Total("campaign_spend", "foreign_amounts")),),
        shared_dimensions=_DIMENSIONS,
        example=Example({f"margin_{way}": 150_000, "campaign_spent": 100_000}, 0.5),
    )


campaign_roi_uplift = Kpi(
    id="campaign_roi.uplift",
    formula=Uplift(Total("campaign_spend", "tested_spent")),
    unit=Unit.SHARE,
    better=Better.UP,
    left_out=cell("trial_unpriced"),
    beside=((Reason.OTHER_CURRENCY, Total("campaign_spend", "foreign_tested")),),
    shared_dimensions=_DIMENSIONS,
    example=Example(
        {
            "margin_treated": 300_000,
            "margin_control": 180_000,
            "treated": 9000,
            "left_alone": 1000,
            "tested_spent": 100_000,
        },
        0.2,
    ),
)
KPIS = (*map(credited, WAYS), campaign_roi_uplift)
