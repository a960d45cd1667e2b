"""Reading a plan's rows: the stretches of days, the dimensions and the filter, and how groups are folded to slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crmeter.kernel.expressions import Private, ibis, ir
from crmeter.metrics.dimensions import CAMPAIGN, COHORT, RFM, TIER, Condition, Dimension
from crmeter.metrics.facts import Facts, Shelf
from crmeter.metrics.measures import Extreme
from crmeter.metrics.plan import Place, Plan
from crmeter.model.campaigns import with_campaign
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Horizon, Rates, within
from crmeter.model.rfm import rfm
from crmeter.model.rollups import ROLLUPS
from crmeter.model.tiers import Cuts, tiers
from crmeter.warehouse.duck import Warehouse

Slice = tuple[Dimension, ...]
Shelves = Callable[[Facts, Any], Shelf]
_EXACT = "decimal(18, 4)"


@dataclass
class Reading:
    """What every scan of one plan shares. ``facts[slice]`` takes what is found."""

    warehouse: Warehouse
    horizon: Horizon
    plan: Plan
    slices: Sequence[Slice]
    conditions: Sequence[Condition]
    cuts: Cuts = field(default_factory=Cuts)
    facts: dict[Slice, Facts] = field(default_factory=dict)
    _members: dict[tuple[Slice, tuple[Condition, ...]], tuple[ir.Table, ir.Table]] = field(default_factory=dict)
    _stretches: dict[tuple[Place, ...], Mapping[str, ir.Table]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts.update((s, Facts()) for s in self.slices)

    def tables(self, places: Iterable[Place]) -> Mapping[str, ir.Table]:
        """The warehouse's tables, and the stretches of days that are looked at."""
        wanted = tuple(sorted(places))
        if wanted not in self._stretches:
            period = self.warehouse.put(
                {"period": "INTEGER", "period_start": "DATE", "period_end": "DATE"},
                [(place, *self.plan.days[place][:2]) for place in wanted],
            )
            first, last = (period[c].cast("timestamp") for c in ("period_start", "period_end"))
            day = ibis.range(first, last, ibis.interval(days=1)).unnest().cast("date")
            days = self.warehouse.keep(period.select("period", "period_end", day=day))
            found = {**self.warehouse.tables, **self._narrowed(wanted), "period": period, "period_day": days}
            beside = [(place, *self.plan.days[place]) for place in wanted if len(self.plan.days[place]) > 2]
            if beside:
                names = ("period_start", "period_end", "base_start", "base_end")
                found["period_base"] = self.warehouse.put({"period": "INTEGER", **dict.fromkeys(names, "DATE")}, beside)
            self._stretches[wanted] = found
        return self._stretches[wanted]

    @cached_property
    def rolled(self) -> frozenset[str]:
        """The contributions to customer cells that rollups hold the sums of, as amounts count here."""
        alike = self.horizon.currency == self.warehouse.load.rules.get("currency")
        if self.horizon.rates is not Rates.OF_THE_DAY or not alike:
            return frozenset()
        return frozenset(name for name, rollup in ROLLUPS.items() if rollup.name in self.warehouse.tables)

    def _narrowed(self, places: Iterable[Place]) -> Mapping[str, ir.Table]:
        """The tables of populations that are to be read from the first day of some stretches to the last."""
        spans = [self.plan.days[place][:2] for place in places]
        first, last = min(start for start, _ in spans), max(end for _, end in spans)
        dated = [population for population in POPULATIONS.values() if population.dated]
        return {within(p.name): self.warehouse.within(p.table, p.dated, first, last) for p in dated}

    def described(self, rows: ir.Table, population: Iterable[str], dimensions: Iterable[Dimension]) -> ir.Table:
        """``rows`` with a column for every dimension, and without those the filter leaves out."""
        names = set(population)
        conditions = [c.dimension for c in self.conditions]
        wanted = tuple(dict.fromkeys((*dimensions, *conditions)))
        foreign = [d for d in wanted if not d.own & names]
        if foreign:
            customer = self._customers
            rows = rows.left_join(customer, rows.customer_id == customer.member_id)
        rows = with_campaign(rows, self.warehouse.tables, [d.column for d in wanted if d.own & names])
        columns = {
            self.column(d): (rows[d.column] if d.own & names else rows[f"of_customer_{d.column}"]).cast("string")
            for d in wanted
        }
        return self.filtered(rows.mutate(**columns), self.conditions)

    def filtered(self, rows: ir.Table, conditions: Iterable[Condition]) -> ir.Table:
        """The rows, with a column for every dimension, that hold all conditions."""
        for condition in conditions:
            rows = rows.filter(_holds(rows[self.column(condition.dimension)], condition))
        return rows

    @staticmethod
    def column(dimension: Dimension) -> str:
        """The name of a dimension's column; those of the user may clash with measures."""
        return f"by_{'own' if dimension.own else 'customer'}_{dimension.column}"

    def members(self, dimensions: Slice, conditions: tuple[Condition, ...]) -> tuple[ir.Table, ir.Table]:
        """The customers that ``conditions`` leave, and their groups by attributes of the customer.

        ``member(member_id, member, cell_group)`` has whole numbers for ids and groups: cells are made of millions of
        rows. The groups' attributes stand in the second table.
        """
        asked = (dimensions, conditions)
        if asked not in self._members:
            found = self._customers
            for condition in conditions:
                found = found.filter(_holds(found[f"of_customer_{condition.dimension.column}"], condition))
            names = {self.column(d): found[f"of_customer_{d.column}"] for d in dimensions}
            found = found.select("member_id", "member", **names)
            groups = found.select(*names).distinct() if names else found.select("member").limit(0)
            groups = self.warehouse.keep(self.warehouse.numbered(groups, "cell_group", list(names)))
            group = ibis.literal(0, "int32")
            if names:
                same = [found[name].identical_to(groups[name]) for name in names]
                found = found.join(groups.select("cell_group", **{n: groups[n] for n in names}), same)
                group = found.cell_group
            self._members[asked] = (
                self.warehouse.keep(found.select("member_id", "member", cell_group=group)),
                groups,
            )
        return self._members[asked]

    @cached_property
    def _customers(self) -> ir.Table:
        """Every customer with the attributes asked for, those included that no row describes but that have a spell."""
        customer, spell = self.warehouse.tables["customer"], self.warehouse.tables["spell"]
        asked = {d.column for d in (*every_dimension(self.slices), *(c.dimension for c in self.conditions))}
        chosen = {f"of_customer_{c}": customer[c].cast("string") for c in sorted(asked) if c in customer.columns}
        found = customer.select(member_id=customer.customer_id, **chosen)
        first = spell.filter(spell.number == 1)
        kept = [*chosen, *(["of_customer_cohort"] if COHORT in asked else [])]
        if COHORT in asked:
            first = first.select(first_id=first.customer_id, of_customer_cohort=first.started_on.strftime("%Y-%m"))
            found = found.join(first, found.member_id == first.first_id, how="outer")
            found = found.select(*kept, member_id=found.member_id.coalesce(found.first_id))
        else:  # few or none of them, which costs less to see than to put all together
            first = first.select(member_id=first.customer_id).anti_join(found, "member_id")
            nothing = {name: ibis.null("string") for name in chosen}
            found = found.union(first.select("member_id", **nothing))
        if CAMPAIGN in asked and CAMPAIGN not in customer.columns:
            origin = self.warehouse.tables["origin"]
            origin = origin.select(brought_id=origin.customer_id, of_customer_campaign=origin.campaign_id)
            found = found.left_join(origin, found.member_id == origin.brought_id)
            kept.append("of_customer_campaign")
        if TIER in asked and TIER not in customer.columns:
            tier = tiers(self.warehouse.tables, self.horizon, self.cuts)
            tier = tier.select(tiered_id=tier.customer_id, of_customer_tier=tier.tier)
            found = found.left_join(tier, found.member_id == tier.tiered_id)
            kept.append("of_customer_tier")
        if RFM in asked and RFM not in customer.columns:
            group = rfm(self.warehouse.tables, self.horizon, self.horizon.as_of)
            group = group.select(buyer_id=group.customer_id, of_customer_rfm=group.rfm)
            found = found.left_join(group, found.member_id == group.buyer_id)
            kept.append("of_customer_rfm")
        found = found.select(*kept, "member_id")
        return self.warehouse.keep(self.warehouse.numbered(found, "member", ["member_id"]))

    def grouped(self, rows: ir.Table, population: str, dimensions: Slice) -> tuple[ir.Table, list[str], Slice]:
        """``rows`` that the filter leaves, the columns of their groups, and the dimensions that :meth:`restored` has to
        put back: attributes of the customer stand as one number of the group, which is cheaper to group by."""
        foreign = tuple(d for d in dimensions if population not in d.own)
        if not foreign or self.conditions:
            return self.described(rows, {population}, dimensions), [self.column(d) for d in dimensions], ()
        members = self.members(foreign, ())[0]
        rows = rows.left_join(members, rows.customer_id == members.member_id)  # rows of nobody are of group null
        own = [d for d in dimensions if population in d.own]
        rows = with_campaign(rows, self.warehouse.tables, [d.column for d in own])
        rows = rows.mutate(**{self.column(d): rows[d.column].cast("string") for d in own})
        return rows, ["cell_group", *(self.column(d) for d in own)], foreign

    def restored(self, finest: ir.Table, foreign: Slice, conditions: tuple[Condition, ...] = ()) -> ir.Table:
        """Groups by number with the attributes of the customer that the number stands for."""
        if not foreign:
            return finest
        groups = self.members(foreign, conditions)[1]
        groups = groups.select(group_number=groups.cell_group, **{n: groups[n] for n in map(self.column, foreign)})
        return finest.left_join(groups, finest.cell_group == groups.group_number)

    def fold(
        self,
        finest: ir.Table,
        keys: Sequence[str],
        measures: Mapping[str, Any],
        slices: Sequence[Slice],
        shelves: Shelves = Facts.shelf,
    ) -> None:
        """Sum the finest groups (all dimensions of ``slices``) to each slice and store its numbers.

        ``keys`` are the columns of places, ``measures`` says what each further column is, ``shelves`` where that goes.
        """
        every = [self.column(d) for d in every_dimension(slices)]
        folds = {name: how_to_fold(measure) for name, measure in measures.items()}
        columns = [[self.column(d) for d in dimensions] for dimensions in slices]
        rows = self.warehouse.fold(self.warehouse.keep(finest), keys, columns, folds)
        places, width = 1 + len(keys), 1 + len(keys) + len(every)
        picked = [[every.index(name) for name in names] for names in columns]
        found = [[shelves(self.facts[dimensions], measure) for measure in measures.values()] for dimensions in slices]
        for row in rows:
            at, by = row[1:places], row[places:width]
            if len(at) == 2 and at[0] == at[1]:
                at = at[:1]
            group = tuple([by[i] for i in picked[row[0]]])
            for shelf, number in zip(found[row[0]], row[width:], strict=True):
                if number is not None:
                    shelf[at][group] = float(number)


def every_dimension(slices: Iterable[Slice]) -> Slice:
    """All dimensions of some slices, each once."""
    return tuple(dict.fromkeys(d for s in slices for d in s))


def exact_sum(column: ir.NumericValue) -> ir.NumericScalar:
    """Σ of a column; money stays as exact as it is."""
    return column.sum().cast(_EXACT) if column.type().is_decimal() else column.sum()


def product(x: ir.NumericValue, y: ir.NumericValue) -> ir.FloatingValue:
    """x × y in floating point."""
    return x.cast("float64") * y.cast("float64")


def how_to_fold(measure: Any) -> str:
    """How finer aggregates of a measure make a coarser one."""
    if isinstance(measure, Extreme):
        return "max" if measure.largest else "min"
    return "sum"


def _holds(column: ir.StringValue, condition: Condition) -> ir.BooleanValue:
    values = [v for v in condition.values if v is not None]
    held: ir.BooleanValue = ibis.literal(False)
    if values:
        held = column.isin(Private(values)).fill_null(False)
    if None in condition.values:
        held = held | column.isnull()
    return held if condition.among else ~held
