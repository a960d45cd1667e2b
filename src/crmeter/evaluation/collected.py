"""What an evaluation knows of its data before anything is measured: rows, quarantine, quality, links, fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.quality.results import results
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.identifier import quoted

#: What a CRM should be linked with, by the tables that show it.
AREAS: Mapping[str, tuple[str, ...]] = {
    "sales": ("lead", "opportunity"),
    "orders": ("order", "subscription"),
    "marketing": ("campaign", "touch", "spend"),
    "service": ("case",),
    "voice": ("survey_response", "feedback"),
    "use": ("crm_user", "usage"),
}
LINKED = ("order", "case", "survey_response", "touch")
HARDLY = 0.05  # of the records in which a field is filled, below which it is hardly used


def collected(warehouse: Warehouse) -> dict[str, Any]:
    """The newest load as plain values."""
    tables = warehouse.execute(
        'SELECT "table", sum(accepted + unchanged)::BIGINT, sum(quarantined)::BIGINT FROM meta.load_table '
        'WHERE load = (SELECT max(load) FROM meta.load) GROUP BY "table" ORDER BY "table"'
    )
    notes = warehouse.execute('SELECT kind, "table", sum(count)::BIGINT FROM meta.note GROUP BY ALL ORDER BY ALL')
    return {
        "tables": [{"table": name, "rows": rows, "quarantined": bad} for name, rows, bad in tables],
        "notes": [{"kind": kind, "table": table, "count": count} for kind, table, count in notes],
        "checks": [
            {"table": r.table, "rule": r.rule, "kind": str(r.kind), "severity": str(r.severity), "checks": r.checks,
             "passed": r.passed} for r in results(warehouse.execute)
        ],
        "areas": _areas(warehouse),
        "links": _links(warehouse),
        "fields": _fields(warehouse),
    }  # fmt: skip


def _areas(warehouse: Warehouse) -> dict[str, bool]:
    """Which areas have rows."""
    return {
        area: any(warehouse.execute(f"SELECT 1 FROM {quoted('main', name)} LIMIT 1") for name in names)
        for area, names in AREAS.items()
    }


def _links(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Of the tables that should lead to a customer, how many rows do: to one of a list, not one merely named."""
    found = []
    for name in LINKED:
        [(rows, linked)] = warehouse.execute(
            f"SELECT count(*), count(c.customer_id) FROM {quoted('main', name)} AS r LEFT JOIN main.customer AS c "
            "ON c.customer_id = r.customer_id AND NOT coalesce(c._implied, false)"
            + (" WHERE r.lead_id IS NULL" if name == "touch" else "")
        )
        if rows:
            found.append({"table": name, "rows": rows, "linked": linked})
    return found


def _fields(warehouse: Warehouse) -> dict[str, int]:
    """The company's own fields in the CRM, and how many of them are hardly filled."""
    [(custom, hardly)] = warehouse.execute(
        "SELECT count(*), count(*) FILTER (filled_share < $hardly) FROM main.crm_field WHERE custom",
        {"hardly": HARDLY},
    )
    return {"custom": custom, "hardly_filled": hardly}
