"""The same definitions have the same values on every engine as on DuckDB: the whole catalogue on the designed company.

What an engine adds for its tests stands in ``engine_places``; what is particular to one is tested beside this.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from crmeter.metrics import Measurement, Request, measure
from crmeter.warehouse.duck import Warehouse
from tests.world.engine_places import COUNTED, PLACES, Place
from tests.world.engine_requests import differing, requests_of_all, same_derived


@pytest.fixture(scope="module")
def requests(here: tuple[Warehouse, duckdb.DuckDBPyConnection]) -> list[tuple[Request, Measurement]]:
    """What is asked of every engine, and DuckDB's answers."""
    return [(request, measure(here[0], COUNTED, request)) for request in requests_of_all(here[0])]


@pytest.fixture(scope="module", params=PLACES)
def there(request: pytest.FixtureRequest, place: Callable[[str], Place]) -> Place:
    return place(request.param)


def test_every_value_is_the_same(
    here: tuple[Warehouse, duckdb.DuckDBPyConnection], there: Place, requests: list[tuple[Request, Measurement]]
) -> None:
    with there.reading(COUNTED) as other:
        assert same_derived(here[0], other)
        for request, one in requests:
            found, defined = differing(one, measure(other, COUNTED, request), request)
            assert not found, found[:3]
            assert defined, request


def test_columns_are_the_same_arrays(here: tuple[Warehouse, duckdb.DuckDBPyConnection], there: Place) -> None:
    with there.reading(COUNTED) as other:
        names = ("order_id", "ordered_at", "ordered_on", "amount")
        one, two = (each.columns(each.tables["order"].order_by("order_id").select(names)) for each in (here[0], other))
        for name in names:
            assert one[name].dtype.kind == two[name].dtype.kind
            assert (one[name] == two[name]).all()
        with pytest.raises(ValueError, match="nulls in subscription_id"):
            other.columns(other.tables["order"].select("subscription_id"))
