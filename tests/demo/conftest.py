"""Small demo companies, each made once for all tests and read by plain SQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from crmeter.demo import STORY_NAMES, create
from tests.demo.believed import build
from tests.demo.exported import read
from tests.once import Once

CUSTOMERS = 4_000
SEED = 7  # of the company that most tests look at

Folder = Callable[[int, tuple[str, ...]], Path]
Company = Callable[[int, tuple[str, ...]], duckdb.DuckDBPyConnection]


def called(seed: int, stories: tuple[str, ...]) -> str:
    return f"company-{seed}-{'all' if stories == STORY_NAMES else '-'.join(stories) or 'quiet'}"


@pytest.fixture(scope="session")
def files_of(once: Once) -> Folder:
    """The folder of the company of a seed with some stories. Tests do not change it."""

    def one(seed: int, stories: tuple[str, ...]) -> Path:
        return once(
            called(seed, stories), lambda folder: create(folder, seed=seed, customers=CUSTOMERS, stories=stories)
        )

    return one


@pytest.fixture(scope="session")
def warehouse_of(once: Once, files_of: Folder) -> Folder:
    """The warehouse of such a company."""

    def one(seed: int, stories: tuple[str, ...]) -> Path:
        files = files_of(seed, stories)
        made = once(f"{called(seed, stories)}-believed", lambda folder: build(files, folder / "warehouse.duckdb"))
        return made / "warehouse.duckdb"

    return one


@pytest.fixture(scope="session")
def company(files_of: Folder) -> Company:
    """The files of the company of a seed with some stories, as tables."""
    made: dict[tuple[int, tuple[str, ...]], duckdb.DuckDBPyConnection] = {}

    def one(seed: int = SEED, stories: tuple[str, ...] = STORY_NAMES) -> duckdb.DuckDBPyConnection:
        if (seed, stories) not in made:
            made[seed, stories] = read(files_of(seed, stories))
        return made[seed, stories]

    return one


@pytest.fixture(scope="session")
def workspace(files_of: Folder) -> Path:
    """A demo company with all its stories, as a folder."""
    return files_of(SEED, STORY_NAMES)


@pytest.fixture(scope="session")
def warehouse_file(warehouse_of: Folder) -> Path:
    """The warehouse of that company."""
    return warehouse_of(SEED, STORY_NAMES)
