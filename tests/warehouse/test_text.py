"""What a definition counts is written out alike, whatever the process made before."""

from __future__ import annotations

import ibis

from crmeter.warehouse.sql import _text


def written() -> str:
    """Rows beside other rows of the same table; Ibis numbers the second ``rows`` by how many it has made so."""
    rows = ibis.table({"customer_id": "string", "amount": "int64"}, name="order")
    once, again = rows.view(), rows.view()
    both = rows.join(once, rows.customer_id == once.customer_id).join(again, once.amount < again.amount)
    return _text(both.op())


def test_references_are_numbered_by_what_is_written() -> None:
    first, second = written(), written()
    assert first == second
    assert "SelfReference(#0, 0)" in first and "SelfReference(#0, 1)" in first  # and stay two
