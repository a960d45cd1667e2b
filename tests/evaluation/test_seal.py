"""A sealed evaluation shows every change of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.evaluation.seal import check_seal, data_digest, digest, is_intact, sealed
from crmeter.kernel.errors import UserError
from tests.world.engine import designed, warehouse

DOCUMENT = {"id": "2025-Q3-1", "kpis": [{"kpi": "nps", "value": 30.5, "low": None}], "scope": ["客群 = 'VIP'"]}


def seal_it() -> dict[str, Any]:
    return sealed(DOCUMENT, definitions={"nps": "abc"}, data="d" * 64, settings={"q": 0.05})


def test_as_sealed_it_is_intact_also_after_json() -> None:
    document = seal_it()
    assert is_intact(document)
    assert is_intact(json.loads(json.dumps(document)))
    check_seal(document)


@given(st.data())
def test_any_changed_character_shows(data: st.DataObject) -> None:
    """Any character of its JSON replaced by another: either it is no JSON any more, or not intact, or the same."""
    text = json.dumps(seal_it(), ensure_ascii=False)
    place = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.sampled_from('0123456789abcdefXYZ ".,'))
    changed = text[:place] + put + text[place + 1 :]
    try:
        document = json.loads(changed)
    except json.JSONDecodeError:
        return
    assert is_intact(document) == (document == seal_it())


def test_a_changed_one_is_refused_with_its_name() -> None:
    document = seal_it()
    document["kpis"][0]["value"] = 31.5
    with pytest.raises(UserError, match="2025-Q3-1"):
        check_seal(document)
    assert not is_intact({k: v for k, v in seal_it().items() if k != "seal"})


def test_the_data_digest_sees_rows_not_their_order() -> None:
    rows = designed()
    base = data_digest(warehouse(rows)[0])
    turned = {table: list(reversed(list(found))) for table, found in rows.items()}
    assert data_digest(warehouse(turned)[0]) == base
    fewer = {**rows, "order": list(rows["order"])[:-1]}
    assert data_digest(warehouse(fewer)[0]) != base
    one = [dict(row) for row in rows["order"]]
    one[0]["channel"] = (one[0].get("channel") or "") + "x"
    assert data_digest(warehouse({**rows, "order": one})[0]) != base


def test_digests_do_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2, None]}) == digest({"b": [2, None], "a": 1}) != digest({"a": 1, "b": [None, 2]})
