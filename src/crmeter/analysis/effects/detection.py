"""What a design can show, found on the history before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from crmeter.analysis.effects import arrays
from crmeter.analysis.effects.designs import LOT, Counted, Design
from crmeter.analysis.effects.people import enrolled, people_of
from crmeter.analysis.effects.verification import PANEL_METHODS, of_customers, outcomes_of
from crmeter.kernel.period import Period, add_months
from crmeter.metrics import Better, Kpi
from crmeter.model.rules import Rules
from crmeter.stats.effects import detectable as found_by
from crmeter.stats.effects.detectable import Detectable, Run
from crmeter.stats.effects.effect import Method
from crmeter.stats.effects.interrupted import Interrupted
from crmeter.warehouse.duck import Warehouse

LENGTHS = (1, 2, 3, 6, 12, 24)  # periods after the start that are tried for a wanted effect
WINDOWS = 6  # of the past that trials are tried on
SHIFTS = 6  # earlier starts that other comparisons of customers are tried on
PERIODS = 120  # of history at most
ALIKE = 0.5  # of the customers of the latest window: with fewer of them a window shows what fewer would show


@dataclass(frozen=True)
class Detection:
    """``detectable`` is what the design can show as it is; ``enough`` whether that is at most its minimum effect.

    ``periods_needed`` after the start or ``customers_needed`` in both groups show the minimum effect; None where no
    number tried does, or where it is not of that kind.
    """

    detectable: Detectable
    enough: bool | None
    periods_needed: int | None = None
    customers_needed: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def detect(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, good: Better) -> Detection:
    """Try the design where nothing was done: on the history before it starts."""
    up = good is Better.UP
    if design.unit is Counted.CUSTOMERS:
        return _of_customers(warehouse, rules, design, kpi, up)
    after = len(design.periods(rules.calendar)[1])
    tried: dict[int, Detectable] = {}
    for length in sorted({after, *LENGTHS}):
        if length != after and tried.get(after) and _enough(tried[after], design) and length > after:
            break
        runs = _runs(warehouse, rules, design, kpi, length)
        tried[length] = found_by.detectable(runs, up_is_good=up, power=design.power)
    enough = [length for length, found in sorted(tried.items()) if _enough(found, design)]
    return Detection(tried[after], _enough(tried[after], design), periods_needed=enough[0] if enough else None)


def _enough(found: Detectable, design: Design) -> bool | None:
    return None if found.effect is None else found.effect <= design.minimum_effect


def history(design: Design, rules: Rules, warehouse: Warehouse) -> list[Period]:
    """The whole periods of the design's grain before its start of which data is known."""
    start, end = warehouse.load.history_start or design.before.start, min(design.after.start, warehouse.load.as_of)
    start = min(start, design.before.start)
    whole = [p for p in rules.calendar.split(start, end, design.grain) if p.start >= start and p.end <= end]
    return whole[-PERIODS:]


def _runs(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, length: int) -> list[Run]:
    periods = history(design, rules, warehouse)
    if not periods:
        return []
    if design.unit is Counted.SERIES:
        found = arrays.series(warehouse, rules, design, kpi, periods, whole=False)
        past = Interrupted(found.values, len(found.values) - 1, arrays.season_of(design), found.outside)
        return found_by.series_runs(past, length, design.level)
    units = arrays.groups(warehouse, rules, design, kpi, periods, whole=False)
    if not len(units.compared):
        return []
    return found_by.panel_runs(units.treated, units.compared, length, PANEL_METHODS[design.method], design.level)


def _of_customers(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, up: bool) -> Detection:
    if design.by == LOT:
        return _of_lots(warehouse, rules, design, kpi, up)
    people = people_of(warehouse, rules, design)
    persons = len(people.treated) + len(people.compared)
    if design.method is Method.TRIAL:
        outcomes, together = outcomes_of(warehouse, rules, kpi), (*people.treated, *people.compared)
        windows = [outcomes.arms(window, [together])[0] for window in _earlier(design, warehouse)]
        share = len(people.treated) / persons if persons else 0.5
        runs = found_by.trial_runs(windows, share, design.level) if persons else []
    else:
        runs = _shifted(warehouse, rules, design, kpi)
    found = found_by.detectable(runs, up_is_good=up, power=design.power)
    needed = found_by.persons_needed(persons, found.effect, design.minimum_effect) if found.effect else None
    return Detection(found, _enough(found, design), customers_needed=needed)


def _of_lots(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, up: bool) -> Detection:
    """Lots drawn again and again for those who would have been enrolled in earlier windows."""
    outcomes, share = outcomes_of(warehouse, rules, kpi), design.planned_share or 0.5
    each = [(window, enrolled(warehouse, rules, design, window)) for window in _earlier(design, warehouse)]
    latest = max((len(together) for _, together in each[:1]), default=0)  # it is most like the one to come
    alike = [(window, together) for window, together in each if together and len(together) >= ALIKE * latest]
    windows = [outcomes.arms(window, [together])[0] for window, together in alike]
    found = found_by.detectable(found_by.trial_runs(windows, share, design.level), up_is_good=up, power=design.power)
    needed = found_by.persons_needed(latest, found.effect, design.minimum_effect) if found.effect else None
    return Detection(found, _enough(found, design), customers_needed=needed)


def _earlier(design: Design, warehouse: Warehouse) -> list[Period]:
    """Windows as long as the one after, one before the other, back from the start."""
    length = design.after.end - design.after.start
    end, first = min(design.after.start, warehouse.load.as_of), warehouse.load.history_start
    cuts = [end - length * n for n in range(WINDOWS + 1)]
    pairs = zip(cuts[1:], cuts, strict=False)
    return [Period(start, end) for start, end in pairs if first is None or start >= first]


def _shifted(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi) -> list[Run]:
    """The same comparison of the same groups, moved back so that all of it is history."""
    runs, outcomes = [], outcomes_of(warehouse, rules, kpi)
    for moved in shifts(design, warehouse):
        effect = of_customers(warehouse, rules, moved, kpi, outcomes).effect
        if effect.estimate is not None and effect.low is not None and effect.high is not None:
            runs.append(Run(effect.estimate, effect.low, effect.high, bool(effect.refusals)))
    return runs


def shifts(design: Design, warehouse: Warehouse) -> Sequence[Design]:
    """The design at earlier starts, as far as the history reaches."""
    found: list[Design] = []
    first = warehouse.load.history_start
    months = max(1, round((design.after.end - design.after.start).days / 30.4))
    for number in range(1, SHIFTS + 1):
        before, after = (_moved(window, -months * number) for window in (design.before, design.after))
        if first is not None and before.start < first:
            break
        if after.end <= min(design.after.start, warehouse.load.as_of):
            found.append(replace(design, before=before, after=after))
    return found


def _moved(window: Period, months: int) -> Period:
    return Period(add_months(window.start, months), add_months(window.end, months), window.grain)
