"""The plan of a request: which numbers of which days, gathered from all its KPIs so that each is measured once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.metrics.facts import plain
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.measures import CELLS, Dated, Extreme, Measure, Product, Ranked, RankedCells, Sway, Total, Window
from crmeter.model.cells import CELL_COLUMNS
from crmeter.model.rollups import is_whole

Place = int  # a stretch of days, by its place in Plan.days
Days = tuple[date, ...]  # first day and day after the last; those of the same period a year before where wanted
Pair = tuple[tuple[Total, Place], tuple[Total, Place]]


@dataclass(frozen=True)
class Batch:
    """Customer cells that are made together: ``columns`` from the contributions ``needs``, over some stretches.

    ``whole``: whether rollups can be read for them, because every stretch is made of whole months.
    """

    needs: frozenset[str]
    columns: frozenset[str]
    places: tuple[Place, ...]
    whole: bool = False


@dataclass
class Plan:
    """``days`` are the stretches looked at; the rest says what is measured over each of them."""

    calendar: Calendar
    as_of: date
    unused: frozenset[Window] = frozenset()  # windows that nothing of this company is measured by
    days: list[Days] = field(default_factory=list)
    rows: dict[str, dict[Total | Extreme, set[Place]]] = field(default_factory=dict)  # by row population
    ranked: dict[Ranked, set[Place]] = field(default_factory=dict)
    dated: dict[Dated, set[Place]] = field(default_factory=dict)
    ranked_cells: dict[RankedCells, set[Place]] = field(default_factory=dict)
    cells: dict[Place, set[str]] = field(default_factory=dict)  # cell columns
    products: set[Pair] = field(default_factory=set)  # of customer cells
    sways: dict[Sway, set[tuple[Place, Place]]] = field(default_factory=dict)  # those of which products are wanted
    stocks: set[Pair] = field(default_factory=set)  # of rows that are there at the ends of both stretches
    _known: dict[Period, Mapping[Window, Place]] = field(default_factory=dict)

    def places(self, period: Period) -> Mapping[Window, Place]:
        """Where each window of a period lies; the period must have a day before the horizon."""
        if period not in self._known:
            self._known[period] = self._find(period)
        return self._known[period]

    def _find(self, period: Period) -> dict[Window, Place]:
        known = period.until(self.as_of)
        if known is None:
            raise ValueError(f"{period} lies after the horizon {self.as_of}")
        year = timedelta(days=365)
        found: dict[Window, Days] = {
            Window.PERIOD: (known.start, known.end),
            Window.YEAR_TO_END: (known.end - year, known.end),
        }
        for window, base in (
            (Window.PREVIOUS, self.calendar.previous(period)),
            (Window.YEAR_BEFORE, self.calendar.year_before(period)),
        ):
            matched = self.calendar.elapsed_match(period, base, self.as_of)
            found[window] = (matched.start, matched.end)
        found[Window.YEAR_ON_YEAR] = (*found[Window.PERIOD], *found[Window.YEAR_BEFORE])
        return {window: self._place(days) for window, days in found.items()}

    def _place(self, days: Days) -> Place:
        if days not in self.days:
            self.days.append(days)
        return self.days.index(days)

    def add(self, kpis: Iterable[Kpi], periods: Iterable[Period]) -> None:
        """Measure what the values of ``kpis`` need for ``periods``: what several need is looked at once."""
        measures = self._used(measure for kpi in kpis for measure in kpi.measures)
        for period in periods:
            self._add(measures, self.places(period))

    def _used(self, measures: Iterable[Measure]) -> list[Measure]:
        return [measure for measure in dict.fromkeys(measures) if not self.is_unused(measure)]

    def _add(self, measures: Iterable[Measure], places: Mapping[Window, Place]) -> None:
        for measure in measures:
            if isinstance(measure, Product):
                self._multiply((measure.x, places[measure.x.window]), (measure.y, places[measure.y.window]))
            elif isinstance(measure, RankedCells):
                self.ranked_cells.setdefault(measure, set()).add(places[Window.PERIOD])
                self.cells.setdefault(places[Window.PERIOD], set()).update((measure.column, measure.among))
            elif isinstance(measure, Ranked):
                self.ranked.setdefault(measure, set()).add(places[Window.PERIOD])
            elif isinstance(measure, Dated):
                self.dated.setdefault(measure, set()).add(places[Window.PERIOD])
            elif isinstance(measure, Total) and measure.population == CELLS:
                self.cells.setdefault(places[measure.window], set()).add(measure.column)
            else:
                window = measure.window if isinstance(measure, Total) else Window.PERIOD
                wanted = self.rows.setdefault(measure.population, {})
                wanted.setdefault(plain(measure) if isinstance(measure, Total) else measure, set()).add(places[window])

    def add_pair(self, kpi: Kpi, now: Period, base: Period) -> None:
        """Measure what the noise of a change of ``kpi`` from ``base`` to ``now`` needs besides the two values."""
        here, there = self.places(now), self.places(base)
        for places in (here, there):
            self._add(self._used(kpi.formula.noise), places)
        for x, y in kpi.formula.crossed:
            if self.is_unused(x):
                continue
            if x.population == CELLS:
                self._multiply((x, here[x.window]), (y, there[y.window]))
            else:
                self.stocks.add(((x, here[Window.PERIOD]), (y, there[Window.PERIOD])))

    def is_unused(self, measure: Measure) -> bool:
        """Whether a measure looks at days that this company is not measured by."""
        if isinstance(measure, Product):
            return self.is_unused(measure.x) or self.is_unused(measure.y)
        return isinstance(measure, Total) and measure.window in self.unused

    def _multiply(self, one: tuple[Total, Place], two: tuple[Total, Place]) -> None:
        if isinstance(one[0], Sway):
            self.sways.setdefault(one[0], set()).add((one[1], two[1]))
            return
        pair = ((plain(one[0]), one[1]), (plain(two[0]), two[1]))
        if (pair[1], pair[0]) not in self.products:
            self.products.add(pair)
        for total, place in pair:
            self.cells.setdefault(place, set()).add(total.column)

    @property
    def contributions(self) -> frozenset[str]:
        """What the customer cells are made of."""
        return frozenset(need for columns in self.cells.values() for c in columns for need in CELL_COLUMNS[c].needs)

    def batches(self, rolled: Collection[str] = ()) -> list[Batch]:
        """The cells to make: stretches of which the same columns of the same contributions are wanted. Where there are
        rollups of a contribution (``rolled``), those of whole months are apart."""
        wanted: dict[tuple[frozenset[str], bool], dict[Place, set[str]]] = {}
        for place, columns in sorted(self.cells.items()):
            for column in columns:
                needs = frozenset(CELL_COLUMNS[column].needs)
                whole = not needs.isdisjoint(rolled) and is_whole(self.days[place][0], self.days[place][1], self.as_of)
                wanted.setdefault((needs, whole), {}).setdefault(place, set()).add(column)
        found: dict[tuple[frozenset[str], frozenset[str], bool], list[Place]] = {}
        for (needs, whole), places in wanted.items():
            for place, columns in places.items():
                found.setdefault((needs, frozenset(columns), whole), []).append(place)
        ordered = sorted(found.items(), key=lambda item: (*map(sorted, item[0][:2]), item[0][2]))
        return _together([Batch(*asked[:2], tuple(places), asked[2]) for asked, places in ordered])


def _together(batches: list[Batch]) -> list[Batch]:
    """Batches whose contributions another of the same stretches has too are made with that."""
    found: list[Batch] = []
    for batch in sorted(batches, key=lambda b: -len(b.needs)):
        for i, wider in enumerate(found):
            if batch.needs < wider.needs and batch.places == wider.places:
                found[i] = replace(wider, columns=wider.columns | batch.columns)
                break
        else:
            found.append(batch)
    return found
