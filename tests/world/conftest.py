"""The designed company, loaded from its export files once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmeter.app.settings import Workspace
from crmeter.warehouse.duck import Warehouse, reading
from tests.world.workspace import made


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return made(tmp_path_factory.mktemp("designed"))


@pytest.fixture(scope="session")
def warehouse(workspace: Workspace) -> Iterator[Warehouse]:
    with reading(workspace.warehouse) as found:
        yield found
