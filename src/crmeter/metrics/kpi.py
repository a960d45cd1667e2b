"""What a KPI is: a formula over measures, with its unit, its good direction and a worked example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from crmeter.metrics.formulas import CustomerSum, Formula, RowCount, RowSum
from crmeter.metrics.measures import CELLS, Dated, Extreme, Measure, Product, Ranked, Total, Window
from crmeter.metrics.value import Better, Reason, Unit
from crmeter.model.cells import CELL_COLUMNS, CONTRIBUTIONS
from crmeter.model.populations import POPULATIONS
from crmeter.model.rules import Rules


class History(StrEnum):
    """What a KPI makes of a period in which the data are too young to see anybody leave or return."""

    ANY = "any"  # nothing: it looks at the period alone
    NEW = "new"  # stands with a warning: some of the new were customers before the data began
    LOSS = "loss"  # undefined: nobody can be seen to leave


@dataclass(frozen=True)
class Example:
    """A case small enough to check by hand: the measures' columns, and the value they make."""

    given: Mapping[str, float]
    value: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Kpi:
    """One certified variant of a measure. ``id`` is ``measure`` or ``measure.variant``."""

    id: str
    formula: Formula
    unit: Unit
    better: Better
    example: Example
    history: History = History.ANY
    minimum_sample: int = 30
    left_out: Total | None = None  # counts the amounts that another currency leaves out
    beside: tuple[tuple[Reason, Total], ...] = ()  # what to say of the value, with the count it is said of
    turned_by: str = ""  # the rule that turns its good direction round where it holds
    allocates: bool = False  # whether what no group was given, such as spend of no channel, is divided by nobody
    any_of: bool = False  # whether one of the things it rests on is enough
    always_by: tuple[str, ...] = ()  # dimensions without which its value says nothing: it has one row for each
    figures: Mapping[str, Callable[..., float]] = field(default_factory=dict)  # measures as they follow from figures
    shared_dimensions: tuple[str, ...] = field(
        default=()
    )  # names that mean the same in populations of different tables

    def direction(self, rules: Rules) -> Better:
        """Which way is good where a company counts by ``rules``."""
        turned = {Better.UP: Better.DOWN, Better.DOWN: Better.UP}
        return turned[self.better] if self.turned_by and getattr(rules, self.turned_by) else self.better

    @property
    def measure(self) -> str:
        return self.id.partition(".")[0]

    @property
    def variant(self) -> str:
        """The part of the id after the dot; ``value`` where there is none."""
        return self.id.partition(".")[2] or "value"

    @cached_property
    def counted(self) -> tuple[Total, ...]:
        """What a group must have something of in the period to be one."""
        every = [m for m in self.formula.measures if isinstance(m, Total)]
        totals = [m for m in every if m.window in (Window.PERIOD, Window.YEAR_ON_YEAR)] or every
        totals += [total for _, total in self.beside]
        return (*totals, *(m.rows for m in self.formula.measures if isinstance(m, Ranked)))

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Everything that has to be measured for its value."""
        left_out = (self.left_out,) if self.left_out else ()
        return (*self.formula.measures, *left_out, *(total for _, total in self.beside))

    @cached_property
    def remarks(self) -> tuple[tuple[Reason, Total], ...]:
        """What to say of a value, with the count it is said of; the first that counts anything is said."""
        return ((Reason.OTHER_CURRENCY, self.left_out), *self.beside) if self.left_out else self.beside

    @property
    def formula_is_sum(self) -> bool:
        """Whether the values of groups add up to the total's."""
        return isinstance(self.formula, CustomerSum | RowCount | RowSum) or getattr(self.formula, "is_sum", False)

    @cached_property
    def totals(self) -> tuple[Total | Extreme | Ranked | Dated, ...]:
        """Its measures with products taken apart."""
        found: list[Total | Extreme | Ranked | Dated] = []
        for measure in self.measures:
            found += (measure.x, measure.y) if isinstance(measure, Product) else (measure,)
        return tuple(dict.fromkeys(found))

    @cached_property
    def cell_columns(self) -> tuple[str, ...]:
        """The numbers of customer cells that it sums."""
        return tuple(dict.fromkeys(m.column for m in self.totals if m.population == CELLS))

    @cached_property
    def populations(self) -> tuple[str, ...]:
        """The row populations and contributions to customer cells that it rests on."""
        rows = [m.population for m in self.totals if m.population != CELLS]
        return tuple(dict.fromkeys([*rows, *(need for c in self.cell_columns for need in CELL_COLUMNS[c].needs)]))

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The base tables of its populations; a KPI of one table can be split by that table's attributes."""
        return tuple(dict.fromkeys(base_table(name) for name in self.populations))


def base_table(population: str) -> str:
    """The canonical table whose attributes the rows of a population or contribution have."""
    if population in POPULATIONS:
        return POPULATIONS[population].table
    return CONTRIBUTIONS[population].table


def is_contribution(population: str) -> bool:
    """Whether a population reaches KPIs by way of customer cells."""
    return population in CONTRIBUTIONS
