"""The designed company of tests/world, derived once."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.world.engine import designed, warehouse


@pytest.fixture(scope="package")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Its tables. Tests read them through cursors of their own."""
    _, con = warehouse(designed())
    yield con
    con.close()
