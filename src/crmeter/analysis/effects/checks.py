"""What is wrong with a design, all of it at once, before anything starts."""

from __future__ import annotations

from collections.abc import Iterator

from crmeter.analysis.effects.designs import ARM, LOT, UNITS, Counted, Design
from crmeter.analysis.effects.outcome import outcome_of
from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain
from crmeter.metrics import Better, Kpi
from crmeter.metrics.dimensions import parse_filters, resolve
from crmeter.model.rules import Rules
from crmeter.stats.effects import placebo
from crmeter.stats.effects.effect import Method
from crmeter.stats.effects.interrupted import LEAST_BEFORE
from crmeter.warehouse.duck import Warehouse

LEAST_PERIODS = {  # before the start
    Method.INTERRUPTED_SERIES: LEAST_BEFORE,
    Method.SYNTHETIC_CONTROL: placebo.PERIODS,
    Method.SYNTHETIC_DIFFERENCE_IN_DIFFERENCES: placebo.PERIODS,
    Method.DIFFERENCE_IN_DIFFERENCES: 2,
}


def problems(design: Design, kpi: Kpi, warehouse: Warehouse, rules: Rules) -> list[Problem]:
    """Everything that is wrong with a design, seen without its result."""
    return [
        *_of_numbers(design),
        *_of_direction(design, kpi, rules),
        *_of_windows(design, rules),
        *_of_units(design, kpi),
        *_of_groups(design),
        *_of_names(design, kpi, warehouse),
    ]


def _of_numbers(design: Design) -> Iterator[Problem]:
    if design.minimum_effect <= 0:
        yield Problem(
            t("The minimum effect of interest is {value}; it must be above 0.", value=design.minimum_effect),
            t("Without it nobody can say that nothing changed."),
            t("Write how much the KPI must move to be worth the effort; the direction is that of the KPI."),
        )
    if not 0 < design.alpha <= 0.2:
        yield Problem(t("{name} is {value}.", name="alpha", value=design.alpha), next=t("Write 0.05, or at most 0.2."))
    if not 0.5 <= design.power < 1:
        yield Problem(
            t("{name} is {value}.", name="power", value=design.power), next=t("Write 0.8, from 0.5 to below 1.")
        )
    if design.planned_share is not None and not 0 < design.planned_share < 1:
        yield Problem(
            t("{name} is {value}.", name="planned_share", value=design.planned_share),
            next=t("Write which part of both arms is to be treated, such as 0.5."),
        )


def _of_direction(design: Design, kpi: Kpi, rules: Rules) -> Iterator[Problem]:
    if good_direction(design, kpi, rules) is Better.NONE:
        yield Problem(
            t("No direction of {kpi} is good.", kpi=kpi.id),
            t("So nothing can be called improved."),
            t("Say in the design which is: {names}.", names="better = up, better = down"),
        )


def good_direction(design: Design, kpi: Kpi, rules: Rules) -> Better:
    """The design's own, else that of the KPI."""
    return design.better or kpi.direction(rules)


def _of_windows(design: Design, rules: Rules) -> Iterator[Problem]:
    if design.before.end > design.after.start:
        yield Problem(
            t("The window after begins on {start}, before the window before ends.", start=design.after.start),
            t("What happened before the start cannot be an effect."),
        )
    if design.registered_on and design.registered_on > design.after.start:
        yield Problem(
            t(
                "The design is of {day}, after the start on {start}.",
                day=design.registered_on,
                start=design.after.start,
            ),
            t("Who has seen the outcome can choose a design that shows it."),
            t("Choose a window that begins later."),
        )
    if design.unit is Counted.CUSTOMERS and design.method is not Method.DIFFERENCE_IN_DIFFERENCES:
        return
    for name, window in (("before", design.before), ("after", design.after)):
        if design.grain is Grain.CUSTOM:
            yield Problem(t("The design must say of which length its periods are."), next="grain = month")
            return
        parts = list(rules.calendar.split(window.start, window.end, design.grain))
        if parts[0].start != window.start or parts[-1].end != window.end:
            yield Problem(
                t("The window “{name}” cuts a period in two.", name=name),
                next=t("Let it run from {start} to {end}.", start=parts[0].start, end=parts[-1].end),
            )
        least = LEAST_PERIODS.get(design.method, 1)
        if name == "before" and len(parts) < least:
            yield Problem(
                t("There are {n} periods before the start; the method needs {least}.", n=len(parts), least=least),
                t("It learns from them what would happen anyway."),
                t("Let the window begin earlier, or choose shorter periods."),
            )


def _of_units(design: Design, kpi: Kpi) -> Iterator[Problem]:
    allowed = UNITS[design.method]
    if design.unit not in allowed:
        yield Problem(
            t("The method {method} does not compare {unit}.", method=design.method, unit=design.unit),
            next=t("Choose from: {names}.", names=", ".join(allowed)),
        )
    if design.unit is not Counted.CUSTOMERS:
        return
    found = outcome_of(kpi)
    if found is None:
        yield Problem(
            t("{kpi} cannot be taken apart by customer.", kpi=kpi.id),
            next=t("Choose a KPI that is a sum, a share or a ratio, or compare groups."),
        )
    elif found.per is not None and design.method is not Method.TRIAL:
        yield Problem(
            t("{kpi} is a ratio, which a single customer may not have.", kpi=kpi.id),
            next=t("Choose a KPI that is a sum over customers, a trial, or compare groups."),
        )


def _of_groups(design: Design) -> Iterator[Problem]:
    both = sorted(set(design.target) & set(design.comparison))
    if both:
        yield Problem(
            t("{names} are in the target group and in the comparison group.", names=", ".join(both)),
            t("Who is in both says nothing of the difference."),
        )
    if design.unit is Counted.SERIES:
        if design.by is None and (design.target or design.comparison):
            yield Problem(t("The design names groups, and not by what they differ."), next=t("Add: by"))
        return
    if design.method is Method.TRIAL and design.by == ARM and design.campaign is None:
        yield Problem(t("The arms of which campaign?"), next=t("Add: campaign"))
    if design.by == LOT and (design.lots is None or design.method is not Method.TRIAL):
        yield Problem(t("Lots make a trial, and they are drawn from a text."), next="method = trial, lots")
    if design.by is None:
        yield Problem(t("The design does not say by what the target group differs."), next=t("Add: by"))
    if not design.target:
        yield Problem(t("The design does not say who is treated."), next=t("Add: target"))
    if not design.comparison and design.method is Method.TRIAL:
        yield Problem(t("The design does not say who is left alone."), next=t("Add: comparison"))


def _of_names(design: Design, kpi: Kpi, warehouse: Warehouse) -> Iterator[Problem]:
    """Attributes and filters that there are not."""
    try:
        for found in parse_filters(design.where):
            resolve(found.name, kpi, warehouse.tables)
        if design.by and design.by not in (ARM, LOT):
            resolve(design.by, kpi, warehouse.tables)
    except UserError as error:
        yield from error.problems
