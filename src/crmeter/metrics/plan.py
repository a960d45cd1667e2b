"""The plan of a request: which numbers of which days, gathered from all its KPIs so that each is measured once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.metrics.facts import plain
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.measures import CELLS, Extreme, Product, Ranked, Total, Window
from crmeter.model.cells import CELL_COLUMNS

Place = int  # a stretch of days, by its place in Plan.days
Days = tuple[date, date]


@dataclass
class Plan:
    """``days`` are the stretches looked at; the rest says what is measured over each of them."""

    calendar: Calendar
    as_of: date
    days: list[Days] = field(default_factory=list)
    rows: dict[str, dict[Total | Extreme, set[Place]]] = field(default_factory=dict)  # by row population
    ranked: dict[Ranked, set[Place]] = field(default_factory=dict)
    cells: dict[Place, set[str]] = field(default_factory=dict)  # cell columns
    products: set[tuple[tuple[Total, Place], tuple[Total, Place]]] = field(default_factory=set)

    def places(self, period: Period) -> dict[Window, Place]:
        """Where each window of a period lies; the period must have a day before the horizon."""
        known = period.until(self.as_of)
        if known is None:
            raise ValueError(f"{period} lies after the horizon {self.as_of}")
        year = timedelta(days=365)
        found = {
            Window.PERIOD: (known.start, known.end),
            Window.YEAR_TO_END: (known.end - year, known.end),
        }
        for window, base in (
            (Window.PREVIOUS, self.calendar.previous(period)),
            (Window.YEAR_BEFORE, self.calendar.year_before(period)),
        ):
            matched = self.calendar.elapsed_match(period, base, self.as_of)
            found[window] = (matched.start, matched.end)
        return {window: self._place(days) for window, days in found.items()}

    def _place(self, days: Days) -> Place:
        if days not in self.days:
            self.days.append(days)
        return self.days.index(days)

    def add(self, kpi: Kpi, period: Period) -> None:
        """Measure what ``kpi`` needs for ``period``."""
        places = self.places(period)
        for measure in kpi.measures:
            if isinstance(measure, Product):
                self._multiply((measure.x, places[measure.x.window]), (measure.y, places[measure.y.window]))
            elif isinstance(measure, Ranked):
                self.ranked.setdefault(measure, set()).add(places[Window.PERIOD])
            elif isinstance(measure, Total) and measure.population == CELLS:
                self.cells.setdefault(places[measure.window], set()).add(measure.column)
            else:
                window = measure.window if isinstance(measure, Total) else Window.PERIOD
                wanted = self.rows.setdefault(measure.population, {})
                wanted.setdefault(plain(measure) if isinstance(measure, Total) else measure, set()).add(places[window])

    def add_pair(self, kpi: Kpi, now: Period, base: Period) -> None:
        """Measure what the noise of a change of ``kpi`` from ``base`` to ``now`` needs besides the two values."""
        here, there = self.places(now), self.places(base)
        for x, y in kpi.formula.crossed:
            self._multiply((x, here[x.window]), (y, there[y.window]))

    def _multiply(self, one: tuple[Total, Place], two: tuple[Total, Place]) -> None:
        pair = ((plain(one[0]), one[1]), (plain(two[0]), two[1]))
        if (pair[1], pair[0]) not in self.products:
            self.products.add(pair)
        for total, place in pair:
            self.cells.setdefault(place, set()).add(total.column)

    def batches(self) -> Iterable[tuple[frozenset[str], Sequence[Place], set[str]]]:
        """Stretches that need the same contributions to their cells: (contributions, stretches, cell columns)."""
        found: dict[frozenset[str], list[Place]] = {}
        for place, columns in sorted(self.cells.items()):
            needs = frozenset(name for column in columns for name in CELL_COLUMNS[column].needs)
            found.setdefault(needs, []).append(place)
        for needs, places in sorted(found.items(), key=lambda item: sorted(item[0])):
            yield needs, places, set().union(*(self.cells[place] for place in places))
