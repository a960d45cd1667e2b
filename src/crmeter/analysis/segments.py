"""A segment beside all customers: its KPIs, and which differ beyond noise; and who of it may be written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crmeter.analysis.selection import customers_chosen
from crmeter.kernel.expressions import ir
from crmeter.kernel.period import Period
from crmeter.kpis.customers.active_customers import active_customers
from crmeter.kpis.customers.churn_rate import churn_rate_cohort
from crmeter.kpis.customers.customers import customers_end
from crmeter.kpis.customers.repeat_purchase_rate import repeat_purchase_rate
from crmeter.kpis.customers.retention_rate import retention_rate_cohort
from crmeter.kpis.satisfaction.csat import csat_mean
from crmeter.kpis.satisfaction.nps import nps
from crmeter.kpis.service.complaining_customers_rate import complaining_customers_rate
from crmeter.kpis.value.average_order_value import average_order_value
from crmeter.kpis.value.purchase_frequency import purchase_frequency
from crmeter.kpis.value.revenue import revenue
from crmeter.kpis.value.revenue_per_customer import revenue_per_customer
from crmeter.metrics import Kpi, Measurement, Request, Status, Unit, Value, measure
from crmeter.metrics.dimensions import Filter
from crmeter.model.identity import as_survivor
from crmeter.model.rules import Rules
from crmeter.stats.differences import Difference, estimates
from crmeter.stats.intervals import standard_error_of
from crmeter.stats.multiple import benjamini_hochberg
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.sql import declared

KPIS: tuple[Kpi, ...] = (
    customers_end,
    active_customers,
    revenue,
    revenue_per_customer,
    average_order_value,
    purchase_frequency,
    repeat_purchase_rate,
    retention_rate_cohort,
    churn_rate_cohort,
    nps,
    csat_mean,
    complaining_customers_rate,
)
PERSONAL = ("name", "email", "phone")


@dataclass(frozen=True)
class Line:
    """One KPI of a segment and of all customers. ``change`` is the segment's − that of all; ``verdict`` is better,
    worse, no_change, changed, or unknown with a ``reason``."""

    kpi: Kpi
    own: Value
    every: Value
    change: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: str = "unknown"
    reason: str | None = None


def profile(warehouse: Warehouse, rules: Rules, filters: Sequence[Filter], period: Period) -> list[Line]:
    """The KPIs of the customers that ``filters`` leave, beside those of all, over a period."""
    own = measure(warehouse, rules, Request(KPIS, [period], filters=filters))
    values = {kpi.id: own.value(kpi, period) for kpi in KPIS}
    every = measure(warehouse, rules, Request(KPIS, [period]))
    lines = [_line(kpi, values[kpi.id], every.value(kpi, period)) for kpi in KPIS]
    beyond = benjamini_hochberg([line.p for line in lines])
    return [_judged(line, far, every) for line, far in zip(lines, beyond, strict=True)]


def _line(kpi: Kpi, own: Value, every: Value) -> Line:
    if own.value is None or every.value is None:
        return Line(kpi, own, every, None, None, None, None, reason=own.reason or every.reason)
    if not kpi.formula.has_interval or kpi.unit in (Unit.COUNT,):
        return Line(kpi, own, every, None, None, None, None, reason="part_of_all")
    found = against_all(own, every)
    if found is None or found.p is None:
        change = None if found is None else found.change
        return Line(kpi, own, every, change, None, None, None, reason="no_noise")
    if Status.SMALL_SAMPLE in (own.status, every.status):
        return Line(kpi, own, every, found.change, found.low, found.high, None, reason="small_sample")
    return Line(kpi, own, every, found.change, found.low, found.high, found.p)


def against_all(own: Value, every: Value) -> Difference | None:
    """How much a part differs from the whole it is in; None where that is no question.

    With w the part's share of the denominator, the whole is w × the part + (1 − w) × the others, and the others know
    nothing of the part: the covariance of part and whole is w × the part's variance.
    """
    if own.value is None or every.value is None or not own.denominator or not every.denominator:
        return None
    share = own.denominator / every.denominator
    if not 0 < share < 1:
        return None
    errors = [None if v.low is None or v.high is None else standard_error_of((v.low, v.high)) for v in (own, every)]
    covariance = share * (errors[0] or 0.0) ** 2
    return estimates(own.value, errors[0], every.value, errors[1], covariance)


def _judged(line: Line, beyond: bool, every: Measurement) -> Line:
    if line.p is None or line.change is None:
        return line
    if not beyond:
        return replace(line, verdict="no_change")
    good = line.kpi.direction(every.rules)
    if good == "none":
        return replace(line, verdict="changed")
    return replace(line, verdict="better" if (line.change > 0) == (good == "up") else "worse")


def size(warehouse: Warehouse, rules: Rules, filters: Sequence[Filter]) -> tuple[int, int]:
    """How many customers ``filters`` leave, whether they are customers still or not; and how many there are."""
    warehouse.begin()
    [(own,)] = warehouse.rows(customers_chosen(warehouse, rules, filters).count().as_table())
    [(every,)] = warehouse.rows(customers_chosen(warehouse, rules).count().as_table())
    return own, every


@dataclass(frozen=True)
class Contact:
    """One customer of a segment. ``consent`` to marketing is True, False (also where only a record merged into this one
    says so: who refused once has refused) or None, where nobody has noted it. Of one who was ``erased`` nothing but a
    pseudonym is left."""

    customer_id: str
    consent: bool | None
    personal: tuple[Any, ...]  # in the order of PERSONAL
    erased: bool = False


def contacts(warehouse: Warehouse, rules: Rules, filters: Sequence[Filter]) -> list[Contact]:
    """The customers that ``filters`` leave, by id. Merged and deleted ones are none."""
    warehouse.begin()
    chosen = customers_chosen(warehouse, rules, filters)
    customer = warehouse.tables["customer"]
    shown = [name for name in PERSONAL if name in customer.columns]
    own = customer.select("consent_marketing", *shown, known_id=customer.customer_id)
    refusing = _refusing(warehouse)
    rows = chosen.left_join(own, chosen.customer_id == own.known_id)
    rows = rows.mutate(refused=rows.customer_id.isin(refusing.customer_id))
    rows = rows.select("customer_id", "refused", "consent_marketing", *shown).order_by("customer_id")
    erased = _erased(warehouse)
    return [
        Contact(id, False if refused else consent, tuple(personal), id in erased)
        for id, refused, consent, *personal in warehouse.rows(rows)
    ]


def _erased(warehouse: Warehouse) -> set[str]:
    """The pseudonyms of customers who were erased: they are counted on, and nobody is to write to them."""
    erasure = declared("erasure", {"kind": "VARCHAR", "pseudonym": "VARCHAR"}, "meta")
    return {row[0] for row in warehouse.rows(erasure.filter(erasure.kind == "customer").select("pseudonym"))}


def _refusing(warehouse: Warehouse) -> ir.Table:
    """Customers of whom a record, their own or one merged into it, says no."""
    customer = warehouse.tables["customer"]
    no = customer.filter(customer.consent_marketing == False).select("customer_id")  # noqa: E712
    return as_survivor(no, warehouse.tables).distinct()
