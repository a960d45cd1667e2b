"""Small demo companies, each made once and read by plain SQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from crmeter.demo import STORY_NAMES, create
from tests.demo.believed import build
from tests.demo.exported import read

CUSTOMERS = 4_000

Company = Callable[[int, tuple[str, ...]], duckdb.DuckDBPyConnection]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The files of the company of a seed with some stories, as tables."""
    made: dict[tuple[int, tuple[str, ...]], duckdb.DuckDBPyConnection] = {}

    def one(seed: int = 7, stories: tuple[str, ...] = STORY_NAMES) -> duckdb.DuckDBPyConnection:
        if (seed, stories) not in made:
            workspace = tmp_path_factory.mktemp("demo")
            create(workspace, seed=seed, customers=CUSTOMERS, stories=stories)
            made[seed, stories] = read(workspace)
        return made[seed, stories]

    return one


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo company with all its stories, as a folder."""
    directory = tmp_path_factory.mktemp("company")
    create(directory, seed=7, customers=CUSTOMERS)
    return directory


@pytest.fixture(scope="session")
def warehouse_file(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of that company, made once."""
    path = tmp_path_factory.mktemp("believed") / "warehouse.duckdb"
    build(workspace, path)
    return path
