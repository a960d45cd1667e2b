"""Who a row is about: a merged customer counts as its survivor, a deleted one not at all.

``customer_alias(customer_id, survivor_id)`` lists only the customers that were merged or deleted; ``survivor_id`` is
null for a deleted one, and for one whose survivor was deleted.
"""

from __future__ import annotations

from collections.abc import Mapping

from crmeter.kernel.expressions import ir

Tables = Mapping[str, ir.Table]


def as_survivor(rows: ir.Table, tables: Tables) -> ir.Table:
    """``rows`` with the survivor as ``customer_id``, without those of deleted customers.

    Rows of nobody (a null customer_id) stay.
    """
    alias = tables["customer_alias"]
    alias = alias.select(alias_id=alias.customer_id, survivor_id=alias.survivor_id)
    found = rows.left_join(alias, rows.customer_id == alias.alias_id)
    kept = found.filter(found.alias_id.isnull() | found.survivor_id.notnull())
    return kept.select(
        **{name: kept[name] for name in rows.columns if name != "customer_id"},
        customer_id=kept.survivor_id.coalesce(kept.customer_id),
    )
