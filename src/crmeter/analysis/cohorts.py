"""Cohorts: customers who came in the same month, quarter or year, and what became of each group since.

A customer belongs to the cohort in which the first spell started. Age k is the k-th period after that of the cohort, 0
its own. Three measures are taken of each cohort and age:

retention   the share who are customers at the end of the period, whoever came back included
revenue     revenue per customer of the cohort, less refunds: in the period, and together up to its end
orders      sales per customer of the cohort, in the same two ways

What a period that is not over will come to nobody knows: such cells have no value. The cells of all cohorts are summed
in one pass over spells and orders, whatever the number of cohorts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.expressions import ibis, ir
from crmeter.kernel.period import Grain, Period
from crmeter.metrics.dimensions import Filter
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.population import Horizon
from crmeter.model.rules import Rules
from crmeter.stats.differences import Difference, Moments, means, shares
from crmeter.stats.intervals import mean_t, wilson
from crmeter.stats.multiple import benjamini_hochberg
from crmeter.warehouse.duck import Warehouse

FEW = 30  # customers, below which a cohort is marked as small
RETENTION, REVENUE, ORDERS = MEASURES = ("retention", "revenue", "orders")
GRAINS = {"month": Grain.MONTH, "quarter": Grain.QUARTER, "year": Grain.YEAR}
_CALENDAR = Calendar()  # cohorts are of calendar months, quarters and years, whatever the fiscal year


@dataclass(frozen=True)
class Sums:
    """What is summed of a cohort in one period: ``total`` of it, and ``together`` up to its end with the squares of
    each customer's own. For retention ``together`` is the number of customers at the end."""

    total: float = 0.0
    squares: float = 0.0
    together: float = 0.0
    squares_together: float = 0.0


@dataclass(frozen=True)
class Cell:
    """One cohort at one age. ``value`` is of the period for retention, up to its end for revenue and orders, whose
    ``period_value`` is that of the period alone. Both are None where the period is not over (``in_progress``)."""

    age: int
    start: date
    end: date
    value: float | None
    low: float | None
    high: float | None
    period_value: float | None
    status: str  # ok, small_sample or in_progress
    sums: Sums = field(repr=False)


@dataclass(frozen=True)
class Cohort:
    """Those who came in ``period``. ``may_be_older`` says that some may have been customers before the data began."""

    period: Period
    size: int
    complete: bool
    may_be_older: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Typical:
    """All cohorts at one age. Each step from one age to the next is that of the same cohorts (``cohorts`` of them, with
    ``customers``), so that the row never moves only because other cohorts are in it."""

    age: int
    value: float | None
    period_value: float | None
    cohorts: int
    customers: int


@dataclass(frozen=True)
class Standout:
    """The cell of a cohort that is least like the ``others`` of its age; ``found`` is the cohort's value − theirs."""

    cohort: Cohort
    cell: Cell
    others: float
    found: Difference


@dataclass(frozen=True)
class Cohorts:
    """The matrix: cohorts from the oldest on, the row of all, and the cohorts that stand out beyond noise, the clearest
    first, each with one cell."""

    grain: Grain
    measure: str
    cohorts: tuple[Cohort, ...]
    typical: tuple[Typical, ...]
    standouts: tuple[Standout, ...]
    looked_at: int
    beyond_noise: int
    unpriced: int  # amounts left out because no rate is known


def cohorts(
    warehouse: Warehouse,
    rules: Rules,
    grain: Grain,
    measure: str = RETENTION,
    *,
    periods: int | None = None,
    filters: Sequence[Filter] = (),
) -> Cohorts:
    """The cohorts of ``grain`` (month, quarter or year), up to ``periods`` ages after their own, among the customers
    that ``filters`` leave."""
    warehouse.begin()
    chosen = customers_chosen(warehouse, rules, filters)
    sizes = _sizes(warehouse, chosen, grain)
    sums, unpriced = _sums(warehouse, rules, chosen, grain, measure)
    as_of, floor = warehouse.load.as_of, _floor(warehouse, rules)
    found = tuple(
        _cohort(_CALENDAR.containing(start, grain), size, sums.get(start, {}), measure, as_of, floor, periods)
        for start, size in sorted(sizes.items())
    )
    standouts, looked_at, beyond = _stand_out(found, measure)
    return Cohorts(grain, measure, found, _typical(found, measure), standouts, looked_at, beyond, unpriced)


def _floor(warehouse: Warehouse, rules: Rules) -> date | None:
    """Before this day a buyer who seems new may only have been away: the data began too short a time before."""
    start = warehouse.load.history_start
    if start is None or not warehouse.sells_without_contract:
        return None
    return start + timedelta(days=rules.inactivity_days)


def _first(warehouse: Warehouse, chosen: ir.Table, grain: Grain) -> ir.Table:
    """``customer_id`` and the first day of its cohort."""
    spell = warehouse.tables["spell"]
    first = spell.filter(spell.number == 1, spell.customer_id.isin(chosen.customer_id))
    return first.select(member_id=first.customer_id, cohort=_bucket(first.started_on, grain))


def _bucket(day: ir.DateValue, grain: Grain) -> ir.DateValue:
    """The first day of the period that a day lies in; DuckDB truncates a date to an instant, so it is put together."""
    month = {Grain.MONTH: day.month(), Grain.QUARTER: (day.quarter() - 1) * 3 + 1}.get(grain, ibis.literal(1))
    return ibis.date(day.year(), month, ibis.literal(1))


def _sizes(warehouse: Warehouse, chosen: ir.Table, grain: Grain) -> dict[date, int]:
    first = _first(warehouse, chosen, grain)
    return dict(warehouse.rows(first.group_by("cohort").agg(size=first.count())))


def _sums(
    warehouse: Warehouse, rules: Rules, chosen: ir.Table, grain: Grain, measure: str
) -> tuple[dict[date, dict[date, Sums]], int]:
    """By the first day of the cohort and of the period what changed in it, not yet summed up to its end."""
    first = _first(warehouse, chosen, grain)
    found: dict[date, dict[date, Sums]] = defaultdict(dict)
    if measure == RETENTION:
        for cohort, bucket, change in warehouse.rows(_comings(warehouse, first, grain)):
            found[cohort][bucket] = Sums(together=float(change))
        return found, 0
    unpriced = 0
    for cohort, bucket, total, squares, more, left_out in warehouse.rows(
        _amounts(warehouse, rules, first, grain, measure)
    ):
        found[cohort][bucket] = Sums(float(total), float(squares), float(total), float(more))
        unpriced += int(left_out)
    return found, unpriced


def _comings(warehouse: Warehouse, first: ir.Table, grain: Grain) -> ir.Table:
    """Spells started less spells ended, by cohort and period: summed, they are the customers at its end."""
    spell = warehouse.tables["spell"]
    spells = spell.join(first, spell.customer_id == first.member_id)
    came = spells.select("cohort", bucket=_bucket(spells.started_on, grain), change=ibis.literal(1))
    ended = spells.filter(spells.ended_on.notnull())
    went = ended.select("cohort", bucket=_bucket(ended.ended_on, grain), change=ibis.literal(-1))
    both = came.union(went)
    return both.group_by("cohort", "bucket").agg(change=both.change.sum())


def _amounts(warehouse: Warehouse, rules: Rules, first: ir.Table, grain: Grain, measure: str) -> ir.Table:
    """By cohort and period: the sum, the sum of squares of the customers' own, and by how much the squares of what each
    has brought together grew. What a customer brought before the first spell counts in the cohort's own period."""
    as_of = warehouse.load.as_of
    rows = LEDGER.rows(warehouse.tables, Horizon(rules.currency, as_of))
    rows = rows.filter(rows.on < as_of)
    rows = rows.join(first, rows.customer_id == first.member_id)
    number = rows.revenue if measure == REVENUE else rows.purchases
    left_out = rows.foreign_amounts if measure == REVENUE else ibis.literal(0)
    rows = rows.select(
        "member_id",
        "cohort",
        bucket=ibis.greatest(_bucket(rows.on, grain), rows.cohort),
        number=number.cast("float64"),
        left_out=left_out,
    )
    own = rows.group_by("member_id", "cohort", "bucket").agg(number=rows.number.sum(), left_out=rows.left_out.sum())
    so_far = ibis.window(group_by="member_id", order_by="bucket", preceding=None, following=0)
    own = own.mutate(together=own.number.sum().over(so_far))
    before = own.together - own.number
    own = own.mutate(more=own.together * own.together - before * before)
    return own.group_by("cohort", "bucket").agg(
        total=own.number.sum(),
        squares=(own.number * own.number).sum(),
        more=own.more.sum(),
        left_out=own.left_out.sum(),
    )


def _cohort(
    period: Period,
    size: int,
    changes: Mapping[date, Sums],
    measure: str,
    as_of: date,
    floor: date | None,
    periods: int | None,
) -> Cohort:
    """The cells of one cohort, from its own period to the one that the horizon lies in."""
    cells: list[Cell] = []
    each, so_far = period, Sums()
    while each.start < as_of and (periods is None or len(cells) <= periods):
        now = changes.get(each.start, Sums())
        together = so_far.together + now.together
        so_far = Sums(now.total, now.squares, together, so_far.squares_together + now.squares_together)
        cells.append(_cell(len(cells), each, size, so_far, measure, as_of))
        each = _CALENDAR.following(each)
    older = floor is not None and period.start < floor
    return Cohort(period, size, period.end <= as_of, older, tuple(cells))


def _cell(age: int, period: Period, size: int, sums: Sums, measure: str, as_of: date) -> Cell:
    if period.end > as_of:
        return Cell(age, period.start, period.end, None, None, None, None, "in_progress", sums)
    status = "ok" if size >= FEW else "small_sample"
    if measure == RETENTION:
        bounds = wilson(sums.together, size)
        per_period = None
    else:
        bounds = mean_t(size, sums.together, sums.squares_together)
        per_period = sums.total / size
    low, high = bounds or (None, None)
    return Cell(age, period.start, period.end, sums.together / size, low, high, per_period, status, sums)


def _typical(found: Sequence[Cohort], measure: str) -> tuple[Typical, ...]:
    """The row of all cohorts, each step that of the cohorts that have come as far."""
    row: list[Typical] = []
    value: float | None = None
    for age in range(max((len(c.cells) for c in found), default=0)):
        there = [c for c in found if len(c.cells) > age and c.cells[age].value is not None]
        size = sum(c.size for c in there)
        if not there:
            break
        now = sum(c.cells[age].sums.together for c in there)
        per_period = None if measure == RETENTION else sum(c.cells[age].sums.total for c in there) / size
        if age == 0:
            value = now / size
        elif measure == RETENTION:
            before = sum(c.cells[age - 1].sums.together for c in there)
            # where none of those cohorts was left before, the step says nothing: they stay as few as they were
            value = (value or 0.0) * (now / before if before else 1.0)
        else:
            value = (value or 0.0) + (per_period or 0.0)
        row.append(Typical(age, value, per_period, len(there), size))
    return tuple(row)


def _stand_out(found: Sequence[Cohort], measure: str) -> tuple[tuple[Standout, ...], int, int]:
    """The cohorts unlike the others, the number of cells looked at and of those beyond noise.

    Cohorts that are small, not over, or may hold older customers are no judge and are not judged. The clearest is taken
    out before the rest is compared: else one bad cohort makes all others look good.
    """
    fair = [c for c in found if c.complete and not c.may_be_older and c.size >= FEW]
    standouts: list[Standout] = []
    looked_at = beyond_noise = 0
    while True:
        taken = {s.cohort.period for s in standouts}
        looked = [s for c in fair if c.period not in taken for s in _compared(c, fair, taken, measure)]
        looked_at = looked_at or len(looked)
        beyond = benjamini_hochberg([s.found.p for s in looked])
        far = [s for s, is_far in zip(looked, beyond, strict=True) if is_far]
        if not far:
            return tuple(standouts), looked_at, beyond_noise
        standouts.append(min(far, key=lambda s: (s.found.p or 0.0, -abs(s.found.change))))
        beyond_noise += sum(s.cohort is standouts[-1].cohort for s in far)


def _compared(cohort: Cohort, fair: Sequence[Cohort], taken: Collection[Period], measure: str) -> Iterator[Standout]:
    """Each cell of a cohort against the same age of the others together."""
    for cell in cohort.cells[1 if measure == RETENTION else 0 :]:
        others = [c for c in fair if c is not cohort and c.period not in taken and len(c.cells) > cell.age]
        others = [c for c in others if c.cells[cell.age].value is not None]
        difference = _difference(cohort, others, cell.age, measure) if cell.value is not None and others else None
        if difference is not None and difference.p is not None:
            theirs = sum(c.cells[cell.age].sums.together for c in others) / sum(c.size for c in others)
            yield Standout(cohort, cell, theirs, difference)


def _difference(cohort: Cohort, others: Sequence[Cohort], age: int, measure: str) -> Difference | None:
    own, size = cohort.cells[age].sums, sum(c.size for c in others)
    theirs = [c.cells[age].sums for c in others]
    together = sum(s.together for s in theirs)
    if measure == RETENTION:
        return shares(own.together, cohort.size, together, size)
    squares = sum(s.squares_together for s in theirs)
    return means(Moments(cohort.size, own.together, own.squares_together), Moments(size, together, squares))
