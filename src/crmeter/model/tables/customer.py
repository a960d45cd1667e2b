"""One row per person or company that the business has or had a relationship with."""

from crmeter.model.table import Table, choice, flag, instant, integer, key, ref, text

CUSTOMER = Table(
    "customer",
    grain="One row per person or company that the business has or had a relationship with.",
    columns=(
        key("customer_id"),
        text("name", personal=True),
        instant("created_at"),
        instant("first_contact_at"),
        choice("kind", "person", "company"),
        text("segment"),
        text("industry"),
        text("region"),
        text("channel"),
        text("team"),
        text("owner_id"),
        text("email", personal=True),
        text("phone", personal=True),
        integer("birth_year", low=1850, high=2100, erased=True),
        text("gender", erased=True),
        flag("consent_marketing"),
        instant("deleted_at"),
        ref("merged_into", "customer"),
    ),
    open_ended=True,
)
