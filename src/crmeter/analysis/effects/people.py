"""Which customers are treated and which are compared with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crmeter.analysis.effects.designs import ARM, CONTROL, LOT, TREATED, Design, Enrolled
from crmeter.analysis.effects.lots import drawn
from crmeter.kernel.errors import UserError
from crmeter.kernel.expressions import ir
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period, add_months
from crmeter.metrics.customers import by_customer
from crmeter.metrics.dimensions import Filter, parse_filters
from crmeter.metrics.measures import cell
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

CAMPAIGN = "campaign"  # as ``by``: being reached by the campaigns of the target is being treated
_CONTACT = ("delivered", "opened", "clicked", "responded")


@dataclass(frozen=True)
class People:
    """Customers of the target and of the comparison group, in order of their ids.

    ``left_out`` counts who belongs to one of them and was no customer at the start, ``touched`` those compared with who
    were treated all the same.
    """

    treated: tuple[str, ...]
    compared: tuple[str, ...]
    left_out: int = 0
    touched: int = 0


def people_of(warehouse: Warehouse, rules: Rules, design: Design) -> People:
    """The customers of a design. In a trial all whom lots put somewhere; else those who are customers at the start."""
    allowed = _allowed(warehouse, parse_filters(design.where))
    if design.by == ARM:
        arms = _arms(warehouse, _campaign(warehouse, design.campaign))
        groups = [{c for c, arm in arms.items() if arm in values} for values in (design.target, design.comparison)]
        return _people(groups, allowed, None, touched=_contacted(warehouse, design.campaign))
    if design.by == LOT:
        touched = reached(warehouse, design.campaign) if design.campaign else set()
        groups = [set(group) for group in by_lot(design, enrolled(warehouse, rules, design, design.after))]
        return _people(groups, None, None, touched=touched)
    values = _values(warehouse, design)
    compared = design.comparison or tuple({v for v in values.values() if v is not None} - {*design.target})
    groups = [{c for c, value in values.items() if value in wanted} for wanted in (design.target, compared)]
    if not design.comparison:
        groups[1] |= {c for c, value in values.items() if value is None} if design.by == CAMPAIGN else set()
    touched = reached(warehouse, design.campaign) if design.campaign else set()
    return _people(groups, allowed, present(warehouse, rules, design.after), touched=touched)


def enrolled(warehouse: Warehouse, rules: Rules, design: Design, window: Period) -> list[str]:
    """The customers whom lots are drawn for, were the window this one, by their ids."""
    allowed = _allowed(warehouse, parse_filters(design.where))
    living = set(attribute(warehouse, "customer_id")) if allowed is None else allowed
    if design.enrolled is Enrolled.NEW:
        return sorted(living & arriving(warehouse, rules, window))
    return sorted(living & present(warehouse, rules, window))


def by_lot(design: Design, customers: Sequence[str]) -> tuple[list[str], list[str]]:
    """The customers as lots put them: treated, and left alone."""
    share = 0.5 if design.planned_share is None else design.planned_share
    lots = {customer: drawn(design.lots or "", customer, share) for customer in customers}
    treated, control = ([c for c, lot in lots.items() if lot == which] for which in (TREATED, CONTROL))
    return treated, control


def arriving(warehouse: Warehouse, rules: Rules, window: Period) -> set[str]:
    """Who becomes a customer for the first time in a window."""
    found = by_customer(warehouse, rules, window, [cell("new")])
    return {customer for customer, (new,) in found.items() if customer is not None and new}


def _people(
    groups: Sequence[set[str]], allowed: set[str] | None, there: Collection[str] | None, touched: Collection[str]
) -> People:
    wanted = [group if allowed is None else group & allowed for group in groups]
    kept = [sorted(group if there is None else group & set(there)) for group in wanted]
    left_out = sum(map(len, wanted)) - sum(map(len, kept))
    return People(tuple(kept[0]), tuple(kept[1]), left_out, len(set(kept[1]) & set(touched)))


def present(warehouse: Warehouse, rules: Rules, window: Period) -> set[str]:
    """Who is a customer when the window begins."""
    day = min(window.start, warehouse.load.as_of)  # a start still to come: who is one now
    month = Period(add_months(day, -1), day)
    found = by_customer(warehouse, rules, month, [cell("customers_end")])
    return {customer for customer, (there,) in found.items() if customer is not None and there}


def _allowed(warehouse: Warehouse, filters: Sequence[Filter]) -> set[str] | None:
    """The customers whom all filters let through; None without a filter."""
    if not filters:
        return None
    found: set[str] | None = None
    for each in filters:
        values = attribute(warehouse, each.name)
        through = {c for c, value in values.items() if (value in each.values) == each.among}
        found = through if found is None else found & through
    return found


def attribute(warehouse: Warehouse, name: str) -> dict[str, str | None]:
    """Customer → an attribute, of those who are neither merged nor deleted."""
    customer = warehouse.tables["customer"]
    column = name.removeprefix("customer.")
    if column not in customer.columns:
        raise UserError.of(
            t("Customers have no attribute “{name}”.", name=name),
            next=t("They have: {names}.", names=", ".join(f"customer.{c}" for c in customer.columns)),
        )
    living = customer.filter(customer.merged_into.isnull(), customer.deleted_at.isnull())
    rows = warehouse.rows(living.select("customer_id", value=living[column].cast("string")))
    return dict(rows)


def _values(warehouse: Warehouse, design: Design) -> Mapping[str, str | None]:
    """Customer → what the design tells them apart by."""
    assert design.by is not None
    if design.by != CAMPAIGN:
        return attribute(warehouse, design.by)
    found: dict[str, str | None] = dict.fromkeys(attribute(warehouse, "customer_id"))
    for name in design.target:
        found |= dict.fromkeys(reached(warehouse, name) & set(found), name)
    return found


def _campaign(warehouse: Warehouse, name: str | None) -> str:
    """The id of a campaign given by id or name."""
    campaign = warehouse.tables["campaign"]
    rows = warehouse.rows(campaign.select("campaign_id", "name").order_by("campaign_id"))
    found = [id for id, called in rows if name in (id, called)]
    if not found:
        raise UserError.of(
            t("There is no campaign “{name}”.", name=name or ""),
            next=t("Campaigns are: {names}.", names=", ".join(called or id for id, called in rows[-20:])),
        )
    return str(found[0])


def _reach(warehouse: Warehouse, campaign: str) -> ir.Table:
    reach = warehouse.tables["reach"]
    return reach.filter(reach.campaign_id == campaign, reach.customer_id.notnull())


def _arms(warehouse: Warehouse, campaign: str) -> dict[str, str | None]:
    return dict(warehouse.rows(_reach(warehouse, campaign).select("customer_id", "arm")))


def reached(warehouse: Warehouse, campaign: str) -> set[str]:
    """The customers whom a campaign reached."""
    reach = _reach(warehouse, _campaign(warehouse, campaign))
    return {customer for (customer,) in warehouse.rows(reach.filter(reach.reached_on.notnull()).select("customer_id"))}


def _contacted(warehouse: Warehouse, campaign: str | None) -> set[str]:
    """People of the control group whom something of the campaign reached all the same."""
    touched = warehouse.tables["touched"]
    found = touched.filter(
        touched.campaign_id == _campaign(warehouse, campaign), touched.is_control, touched.kind.isin(_CONTACT)
    )
    return {customer for (customer,) in warehouse.rows(found.select("customer_id").distinct())}
