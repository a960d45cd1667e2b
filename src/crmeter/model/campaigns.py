"""What campaigns did: whom they reached, which orders they are credited with, and which customers they brought.

A person is a customer, or a lead as long as it is none: touches of a lead that became a customer are the customer's.
All of it is derived when data is loaded, from the touches before the horizon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.days import days_after
from crmeter.model.identity import as_survivor
from crmeter.model.rules import Rules

Tables = Mapping[str, ir.Table]

ATTRIBUTES = ("name", "kind", "channel", "target_segment")
CONTROL = "control"  # the arm that is left alone to compare with
_CONTACT = (
    "delivered",
    "opened",
    "clicked",
    "responded",
    "converted",
)  # nobody does any of these without being reached


def with_campaign(rows: ir.Table, tables: Tables, columns: Iterable[str]) -> ir.Table:
    """``rows`` with those of ``columns`` that are attributes of their campaign, as ``campaign_<attribute>``."""
    wanted = [a for a in ATTRIBUTES if f"campaign_{a}" in columns and f"campaign_{a}" not in rows.columns]
    if not wanted:
        return rows
    campaign = tables["campaign"]
    campaign = campaign.select(known_campaign=campaign.campaign_id, **{f"campaign_{a}": campaign[a] for a in wanted})
    return rows.left_join(campaign, rows.campaign_id == campaign.known_campaign).drop("known_campaign")


def touched(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """Every touch before ``as_of`` with its ``person`` (null for nobody), and whether it reached them.

    What was sent reached somebody only in a campaign that never says what was delivered. A person of the control group
    was not reached, whatever is written.
    """
    lead, touch = tables["lead"], tables["touch"]
    became = lead.filter(lead.customer_id.notnull()).select(of_lead=lead.lead_id, became=lead.customer_id)
    found = touch.filter(touch.on < as_of).left_join(became, touch.lead_id == became.of_lead)
    found = found.mutate(customer_id=found.customer_id.coalesce(found.became)).drop("of_lead", "became")
    found = as_survivor(found, tables)
    person = found.customer_id.notnull().ifelse(ibis.literal("customer ") + found.customer_id, "lead " + found.lead_id)
    found = found.mutate(person=person, arm=found.arm.strip())
    says = found.filter(found.kind == "delivered").select(says="campaign_id").distinct()
    held = found.filter(found.arm.lower() == CONTROL, found.person.notnull())
    held = held.select(held_by="campaign_id", held_back="person").distinct()
    found = found.left_join(says, found.campaign_id == says.says)
    found = found.left_join(held, [found.campaign_id == held.held_by, found.person == held.held_back])
    found = found.mutate(says_delivered=found.says.notnull(), is_control=found.held_back.notnull())
    in_touch = found.kind.isin(_CONTACT) | ((found.kind == "sent") & ~found.says_delivered)
    return found.select(
        *("touch_id", "campaign_id", "person", "customer_id", "lead_id", "at", "on", "kind", "arm", "is_control"),
        reaches=in_touch & ~found.is_control,
    )


def reach(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """One row per person of a campaign: when it was written to, reached, when it responded and converted.

    Touches of nobody have a row each, ``nameless``. ``treated_per_control`` is how many of the campaign were treated
    for each that was left alone, null where nobody was.
    """
    found = tables["touched"]
    found = found.filter(found.kind != "unsubscribed")
    known = found.filter(found.person.notnull())
    in_order = (known.at, known.touch_id)
    people = known.group_by("campaign_id", "person").agg(
        customer_id=known.customer_id.max(),
        lead_id=known.lead_id.first(where=known.lead_id.notnull(), order_by=in_order),
        arm=known.arm.first(where=known.arm.notnull(), order_by=in_order),
        is_control=known.is_control.any(),
        assigned_on=known.on.min(),
        reached_on=known.on.min(where=known.reaches),
        responded_on=known.on.min(where=known.kind.isin(("clicked", "responded"))),
        converted_on=known.on.min(where=known.kind == "converted"),
    )
    people = people.mutate(arm=people.is_control.ifelse(CONTROL, people.arm), nameless=ibis.literal(False))
    arms = people.group_by(tried="campaign_id").agg(
        treated=(~people.is_control).sum().cast("float64"), left_alone=people.is_control.sum().nullif(0)
    )
    people = people.join(arms, people.campaign_id == arms.tried)
    people = people.mutate(treated_per_control=people.treated / people.left_alone)
    people = people.drop("tried", "treated", "left_alone")
    nobody = found.filter(found.person.isnull(), found.reaches)
    empty = ibis.null("date")
    return people.union(
        nobody.select(
            "campaign_id",
            "person",
            "customer_id",
            "lead_id",
            "arm",
            is_control=ibis.literal(False),
            assigned_on=nobody.on,
            reached_on=nobody.on,
            responded_on=empty,
            converted_on=empty,
            nameless=ibis.literal(True),
            treated_per_control=ibis.null("float64"),
        )
    )


def credit(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """One row per order and campaign that reached its customer before it and at most ``attribution_days`` earlier.

    ``last`` and ``first`` are 1 for the campaign of the last and the first such touch, ``even`` the equal share of
    each. Refunds are credited like sales; orders that only invoice a subscription are not.
    """
    found = tables["touched"]
    found = found.filter(found.reaches, found.customer_id.notnull())
    found = found.select("campaign_id", reached="customer_id", reached_at="at", reached_on="on")
    order = tables["order"]
    orders = as_survivor(order.filter(order.subscription_id.isnull(), order.ordered_on < as_of), tables)
    orders = orders.select("order_id", "customer_id", "ordered_at", "ordered_on")
    met = orders.join(
        found,
        [
            orders.customer_id == found.reached,
            found.reached_at <= orders.ordered_at,
            orders.ordered_on <= days_after(found.reached_on, ibis.literal(rules.attribution_days)),
        ],
    )
    each = met.group_by("order_id", "campaign_id").agg(first_at=met.reached_at.min(), last_at=met.reached_at.max())
    of_order = ibis.window(group_by="order_id")
    from_first = ibis.window(group_by="order_id", order_by=("first_at", "campaign_id"))
    from_last = ibis.window(group_by="order_id", order_by=(ibis.desc("last_at"), "campaign_id"))
    return each.select(
        "order_id",
        "campaign_id",
        last=(ibis.row_number().over(from_last) == 0).cast("int64"),
        first=(ibis.row_number().over(from_first) == 0).cast("int64"),
        even=1.0 / each.count().over(of_order).cast("float64"),
    )


def trial(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """One row per order of a person of a campaign with a control group, from the first touch to ``attribution_days``
    later. ``weight`` is 1 for who was treated; an order of the control group stands for one per person treated."""
    people = tables["reach"]
    people = people.filter(people.treated_per_control.notnull(), people.customer_id.notnull())
    people = people.select(
        "campaign_id",
        "is_control",
        "assigned_on",
        person_id="customer_id",
        weight=people.is_control.ifelse(people.treated_per_control, 1.0),
    )
    order = tables["order"]
    orders = as_survivor(order.filter(order.subscription_id.isnull(), order.ordered_on < as_of), tables)
    orders = orders.select("order_id", "customer_id", "ordered_on")
    met = orders.join(
        people,
        [
            orders.customer_id == people.person_id,
            people.assigned_on <= orders.ordered_on,
            orders.ordered_on <= days_after(people.assigned_on, ibis.literal(rules.attribution_days)),
        ],
    )
    return met.select("order_id", "campaign_id", "assigned_on", "is_control", "weight")


def origin(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """The campaign that brought each customer, for those that one brought.

    What was noted comes first: the campaign of the first lead that became the customer, else that of a sale on the
    first day as a customer. Else it is the campaign that first reached them in the ``attribution_days`` before.
    """
    spell = tables["spell"]
    began = spell.filter(spell.number == 1).select("customer_id", began_on="started_on")
    lead = tables["lead"]
    lead = as_survivor(lead.filter(lead.campaign_id.notnull(), lead.customer_id.notnull()), tables)
    leads = lead.join(began, "customer_id")
    leads = leads.filter(leads.created_on <= leads.began_on)
    noted = leads.select("customer_id", "campaign_id", rank=ibis.literal(1), at="created_at")
    order = tables["order"]
    sale = order.filter(order.kind == "sale", order.subscription_id.isnull())
    sold = _of_first_day(sale.filter(sale.campaign_id.notnull()), began, tables)
    sold = sold.select("customer_id", "campaign_id", rank=ibis.literal(2), at="ordered_at")
    touch = tables["touched"]
    touch = touch.filter(touch.reaches, touch.customer_id.notnull()).join(began, "customer_id")
    earliest = days_after(touch.on, ibis.literal(rules.attribution_days))
    touch = touch.filter(touch.on <= touch.began_on, touch.began_on <= earliest)
    bought = _of_first_day(sale, began.semi_join(touch, "customer_id"), tables)  # of few: only who was reached
    first_sale = bought.group_by(buyer="customer_id").agg(bought_at=bought.ordered_at.min())
    touch = touch.left_join(first_sale, touch.customer_id == first_sale.buyer)
    touch = touch.filter(touch.bought_at.isnull() | (touch.at <= touch.bought_at))
    reached = touch.select("customer_id", "campaign_id", rank=ibis.literal(3), at="at")
    ways = noted.union(sold).union(reached)
    first = ibis.window(group_by="customer_id", order_by=("rank", "at", "campaign_id"))
    ways = ways.mutate(place=ibis.row_number().over(first))
    return ways.filter(ways.place == 0).select("customer_id", "campaign_id")


def _of_first_day(sales: ir.Table, began: ir.Table, tables: Tables) -> ir.Table:
    """The sales to those who ``began`` as customers on the day of the sale."""
    sales = as_survivor(sales, tables).join(began, "customer_id")
    return sales.filter(sales.ordered_on == sales.began_on)
