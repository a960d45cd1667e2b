"""A request: KPIs over periods, slices and a filter, measured together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import cast

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.kernel.remembered import lasting
from crmeter.metrics import figures
from crmeter.metrics.cell_scan import CellScan
from crmeter.metrics.definitions import definition
from crmeter.metrics.dimensions import Condition, Filter, resolve
from crmeter.metrics.facts import Facts, Group, GroupView, PeriodView
from crmeter.metrics.kpi import History, Kpi
from crmeter.metrics.measures import CELLS, Dated, Extreme, Ranked, Total, Window
from crmeter.metrics.plan import Plan
from crmeter.metrics.reading import Reading, Slice
from crmeter.metrics.scan import RowScan
from crmeter.metrics.value import Estimate, Reason, Status, Unit, Value
from crmeter.model.cells import CELL_COLUMNS, CONTRIBUTIONS
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon, Rates
from crmeter.model.rules import Rules
from crmeter.model.tiers import Cuts
from crmeter.stats.differences import Difference
from crmeter.warehouse.duck import Warehouse

Names = tuple[str, ...]
Span = tuple[date | None, date | None]  # first and last day
FAR = date(9999, 12, 31)
CURRENCY = "currency"  # the dimension
FIRST_UNKNOWN = 10**9  # the place of a stage that the pipeline does not know


@dataclass(frozen=True)
class Request:
    """``slices`` are tuples of dimension names, () being the total; ``pairs`` the (now, base) periods to compare.

    ``rates`` are those at which amounts in other currencies count; original amounts need the dimension ``currency``.
    """

    kpis: Sequence[Kpi]
    periods: Sequence[Period]
    slices: Sequence[Names] = ((),)
    filters: Sequence[Filter] = ()
    pairs: Sequence[tuple[Period, Period]] = ()
    rates: Rates | date = Rates.OF_THE_DAY


@dataclass(slots=True)
class Alike:
    """What all values of a KPI for a period have alike: their first members and their last; why the data say nothing;
    whether the history is too ``young`` to know everything."""

    kpi: Kpi
    period: Period
    first: tuple[str, str, date, date]
    last: tuple[bool, int, str]
    reason: Reason | None
    young: bool


@dataclass
class Measurement:
    """What a request found: values, and differences between periods that it was asked to compare."""

    warehouse: Warehouse
    rules: Rules
    rates: Rates | date = Rates.OF_THE_DAY
    filtered: bool = False
    plans: dict[str, Plan] = field(default_factory=dict)  # by KPI
    facts: dict[tuple[str, Names], Facts] = field(default_factory=dict)  # by KPI and slice
    _ranks: dict[Names, dict[Group, int]] = field(default_factory=dict)  # the order of the groups of a slice
    _named: dict[Names, dict[Group, Mapping[str, str | None]]] = field(default_factory=dict)  # those groups as members
    _spans: dict[str, list[Span]] = field(default_factory=dict)  # by KPI
    _alike: dict[tuple[str, Period], Alike] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        return self.warehouse.load.as_of

    def groups(self, kpi: Kpi, period: Period, names: Names = ()) -> list[Group]:
        """The groups of a slice that have something to count in the period; the total always is one."""
        if not names:
            return [()]
        if period.start >= self.as_of:
            return []
        measured = self._measured(kpi, period, names)
        found = {group for measure in kpi.counted for group, number in measured[measure].items() if number}
        ranks = self._ranks.setdefault(names, {})
        if not ranks.keys() >= found:  # the order of all groups is worked out once
            ranks.update((group, rank) for rank, group in enumerate(self._in_order({*ranks, *found}, names)))
        return sorted(found, key=ranks.__getitem__)

    def _in_order(self, groups: Iterable[Group], names: Names) -> list[Group]:
        """Stages by their place in the pipeline, other values by the alphabet; those that are not known last."""
        order = self.warehouse.stage_order if "stage" in names else {}
        orders = [order if name == "stage" else {} for name in names]
        return sorted(
            groups,
            key=lambda group: tuple(
                (value is None, place.get(value or "", FIRST_UNKNOWN), value or "")
                for value, place in zip(group, orders, strict=True)
            ),
        )

    def view(self, kpi: Kpi, period: Period, names: Names = (), group: Group = ()) -> GroupView:
        """The measures of a KPI for a period and one group; the period must have a day before the horizon."""
        return GroupView(self._measured(kpi, period, names), group)

    def _measured(self, kpi: Kpi, period: Period, names: Names) -> PeriodView:
        """The same for all groups of a slice."""
        facts = self.facts[(kpi.id, names)]
        found = facts.views.get(period)
        if found is None:
            known = cast(Period, period.until(self.as_of))
            places = self.plans[kpi.id].places(period)
            found = facts.views[period] = PeriodView(facts, places, known, self.rules, self.warehouse.has_contracts)
        return found

    def _within(self, kpi: Kpi, period: Period, names: Names) -> PeriodView | None:
        """The measures of all groups, None where the data say nothing."""
        return None if self._alike_of(kpi, period).reason else self._measured(kpi, period, names)

    def value(self, kpi: Kpi, period: Period, names: Names = (), group: Group = ()) -> Value:
        """The value of a KPI for a period and one group of a slice."""
        return self._values(kpi, period, names, (group,))[0]

    def values(self, kpi: Kpi, period: Period, names: Names = ()) -> list[Value]:
        """The values of a KPI for a period and all groups of a slice that have something to count in it."""
        return self._values(kpi, period, names, self.groups(kpi, period, names))

    def _values(self, kpi: Kpi, period: Period, names: Names, groups: Iterable[Group]) -> list[Value]:
        alike, measured = self._alike_of(kpi, period), self._within(kpi, period, names)
        known = self._named.setdefault(names, {})
        unit, currency = str(kpi.unit), self.rules.currency if kpi.unit is Unit.MONEY else None
        of_group = currency is not None and self.rates is Rates.ORIGINAL
        found = []
        for group in groups:
            each = self._estimate(alike, measured, names, group)
            by = known.get(group)
            if by is None:
                by = known[group] = dict(zip(names, group, strict=True))
            if of_group:
                currency = by.get(CURRENCY)
            how = status(kpi, each)
            found.append(Value(*alike.first, by, *each[:-1], unit, currency, how, each.reason, *alike.last))
        return found

    def _alike_of(self, kpi: Kpi, period: Period) -> Alike:
        """What all values of a KPI for a period have alike, put together once."""
        found = self._alike.get((kpi.id, period))
        if found is None:
            floor = self.history_floor
            found = self._alike[(kpi.id, period)] = Alike(
                kpi,
                period,
                (kpi.id, str(period.grain), period.start, period.end),
                (period.end <= self.as_of, self.warehouse.load.number, definition(kpi, self.rates)),
                self.out_of_reach(kpi, period),
                bool(floor and kpi.history is not History.ANY and period.start < floor),
            )
        return found

    def estimate(self, kpi: Kpi, period: Period, names: Names = (), group: Group = ()) -> Estimate:
        """The bare estimate; undefined where the data do not reach."""
        return self._estimate(self._alike_of(kpi, period), self._within(kpi, period, names), names, group)

    def _estimate(self, alike: Alike, measured: PeriodView | None, names: Names, group: Group) -> Estimate:
        kpi = alike.kpi
        if measured is None:
            if alike.reason is Reason.MISSING_INPUT and not names and not self.filtered:
                return figures.estimate(kpi, self._given(kpi, alike.period))
            return Estimate.undefined(alike.reason or Reason.NO_DATA)
        view = GroupView(measured, group)
        found = kpi.formula.estimate(view)
        if kpi.allocates and any(
            name in kpi.shared_dimensions and value is None for name, value in zip(names, group, strict=True)
        ):
            return Estimate.undefined(Reason.NOT_ALLOCATED, found.numerator, found.denominator, found.n)
        if found.reason and not (kpi.beside and found.reason == Reason.NO_DENOMINATOR):
            return found
        remark = _remark(alike, view)
        return found if remark is None else Estimate(*found[:-1], remark)

    def _given(self, kpi: Kpi, period: Period) -> figures.FigureView:
        """What is given by hand of a period, where there are no rows to count."""
        return figures.FigureView(self._figures, period, self.rules, kpi.figures)

    @cached_property
    def _figures(self) -> figures.Figures:
        return figures.Figures(self.warehouse.figures)

    def out_of_reach(self, kpi: Kpi, period: Period) -> Reason | None:
        """Why the data say nothing about a KPI in a period, None if they do."""
        known = period.until(self.as_of)
        if known is None:
            return Reason.NO_DATA
        for first, last in self._covered(kpi):
            if first is None:
                return Reason.MISSING_INPUT
            if known.end <= first or known.start > (last or FAR):
                return Reason.NO_DATA
        floor = self.history_floor
        return Reason.HISTORY_TOO_SHORT if kpi.history is History.LOSS and floor and known.end < floor else None

    @cached_property
    def history_floor(self) -> date | None:
        """Before this day no purchase customer can be seen to leave; None where there are none."""
        start = self.warehouse.load.history_start
        if start is None or start >= self.as_of or not self.warehouse.sells_without_contract:
            return None
        return start + timedelta(days=self.rules.inactivity_days)

    def _covered(self, kpi: Kpi) -> Iterable[Span]:
        """The first and last day of everything a KPI rests on; (None, None) for what was never loaded."""
        if kpi.id not in self._spans:
            self._spans[kpi.id] = self._spans_of(kpi)
        return self._spans[kpi.id]

    def _spans_of(self, kpi: Kpi) -> list[Span]:
        found = [span for total in kpi.totals for span in self._covering(total)]
        known = [first for first, _ in found if first]
        return [(min(known), FAR)] if kpi.any_of and known else found

    def _covering(self, total: Total | Extreme | Ranked | Dated) -> list[Span]:
        if total.population == CELLS:
            column = CELL_COLUMNS[total.column]
            spans = [self._days_of(name) for name in column.needs]
            known = [first for first, _ in spans if first]
            if column.any_of and known:
                return [(min(known), FAR)]
        else:
            spans = [self._days_of(name) for name in (total.population, *POPULATIONS[total.population].rests_on)]
        if isinstance(total, Total) and total.window is not Window.PERIOD:
            # a window before the data began is the formula's to judge
            return [(first and date.min, FAR) for first, _ in spans]
        return spans

    def _days_of(self, population: str) -> Span:
        contribution = CONTRIBUTIONS.get(population)
        covered = self.warehouse.coverage[contribution.coverage if contribution else population]
        return covered.first_on, None if contribution and contribution.lasting else covered.last_on

    def difference(
        self, kpi: Kpi, now: Period, base: Period, names: Names = (), group: Group = ()
    ) -> Difference | None:
        """The change from ``base`` to ``now`` with its noise; None where either is undefined."""
        estimates = [self.estimate(kpi, period, names, group) for period in (now, base)]
        if any(e.value is None for e in estimates):
            return None
        counted = [self._alike_of(kpi, period).reason is None for period in (now, base)]
        if not any(counted):
            return figures.difference(kpi, self._given(kpi, now), self._given(kpi, base))
        if not all(counted):  # one is counted, the other given: what is noise between them nobody knows
            return None
        here, there = self.view(kpi, now, names, group), self.view(kpi, base, names, group)
        return kpi.formula.compare(here, there, lambda x, y: here.cross(x, there, y))


def _remark(alike: Alike, view: GroupView) -> str | None:
    """What to know about a value that is defined."""
    for reason, total in alike.kpi.remarks:
        if count := view(total):
            return f"{reason}:{count:.0f}"
    return str(Reason.HISTORY_TOO_SHORT) if alike.young else None


def status(kpi: Kpi, estimate: Estimate) -> Status:
    """``small_sample`` also where a sample has no spread to bound the value with."""
    if estimate.value is None:
        return Status.UNDEFINED
    counted = estimate.reason != Reason.FIGURES  # numbers that are given have no spread to know
    unbounded = counted and kpi.formula.has_interval and estimate.low is None
    sample = estimate.n or 0 if counted or estimate.n is not None else math.inf
    small = unbounded or sample < kpi.minimum_sample
    return Status.SMALL_SAMPLE if small else Status.OK


def ensure_one_currency(request: Request) -> None:
    """Refuse to add amounts of several currencies as they are."""
    mixed = request.rates is Rates.ORIGINAL and any(CURRENCY not in names for names in request.slices)
    if mixed and any(kpi.left_out for kpi in request.kpis):
        raise UserError.of(
            t("Amounts of several currencies cannot be added as they are."), next=t("Add: --by {name}", name=CURRENCY)
        )


@lasting()
def measure(warehouse: Warehouse, rules: Rules, request: Request) -> Measurement:
    """Measure everything a request asks for. KPIs whose dimensions mean the same columns share their scans."""
    ensure_one_currency(request)
    warehouse.begin()
    found = Measurement(warehouse, rules, request.rates, bool(request.filters))
    horizon = Horizon(rules.currency, warehouse.load.as_of, request.rates, csi_weights=rules.csi_weights)
    shares: dict[tuple[tuple[Slice, ...], tuple[Condition, ...]], list[Kpi]] = defaultdict(list)
    for kpi in request.kpis:
        slices = tuple(tuple(resolve(name, kpi, warehouse.tables) for name in names) for names in request.slices)
        conditions = tuple(
            Condition(resolve(f.name, kpi, warehouse.tables), f.values, f.among) for f in request.filters
        )
        shares[(slices, conditions)].append(kpi)
    # a company with contracts is not measured by its purchases of a year before
    unused = frozenset({Window.YEAR_ON_YEAR} if warehouse.has_contracts else ())
    for (slices, conditions), kpis in shares.items():
        plan = Plan(rules.calendar, warehouse.load.as_of, unused)
        found.plans.update((kpi.id, plan) for kpi in kpis)
        periods = dict.fromkeys((*request.periods, *(p for pair in request.pairs for p in pair)))
        plan.add(kpis, [period for period in periods if period.start < plan.as_of])
        for kpi in kpis:
            for now, base in request.pairs:
                if max(now.start, base.start) < plan.as_of:
                    plan.add_pair(kpi, now, base)
        reading = Reading(warehouse, horizon, plan, slices, conditions, Cuts(rules.tier_high, rules.tier_medium))
        RowScan(reading).run()
        CellScan(reading).run()
        for names, resolved in zip(request.slices, slices, strict=True):
            for kpi in kpis:
                found.facts[(kpi.id, names)] = reading.facts[resolved]
    return found
