"""The designed company, loaded from its export files once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import duckdb
import pytest

from crmeter.app.settings import Workspace
from crmeter.warehouse.duck import Warehouse, reading
from tests.world import engine
from tests.world.engine_places import COUNTED, PLACES, RATES, Place
from tests.world.workspace import made


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return made(tmp_path_factory.mktemp("designed"))


@pytest.fixture(scope="session")
def warehouse(workspace: Workspace) -> Iterator[Warehouse]:
    with reading(workspace.warehouse) as found:
        yield found


@pytest.fixture(scope="session")
def here() -> Iterator[tuple[Warehouse, duckdb.DuckDBPyConnection]]:
    """The designed company with rates in memory, which engines are compared with."""
    found, con = engine.warehouse({**engine.designed(), "fx_rate": RATES}, COUNTED)
    yield found, con
    con.close()


@pytest.fixture(scope="session")
def place(here: tuple[Warehouse, duckdb.DuckDBPyConnection]) -> Iterator[Callable[[str], Place]]:
    """The tables of ``here`` on an engine, made where a test asks for it."""
    made_there: dict[str, Place] = {}
    with ExitStack() as stack:

        def found(name: str) -> Place:
            if name not in made_there:
                made_there[name] = stack.enter_context(PLACES[name](here[1]))
            return made_there[name]

        yield found
