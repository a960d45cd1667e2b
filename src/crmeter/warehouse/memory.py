"""How much memory DuckDB may take. It is a matter of the process: all that one command opens shares the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

MEGABYTE = 1_000_000
SPILL = ".spill"
_bound: int | None = None


def bound_memory(size: int | None) -> None:
    """From here on each database that is opened takes at most ``size`` bytes, and writes to the disk what is more.

    None: four fifths of the machine's memory, as DuckDB does by itself.
    """
    global _bound
    _bound = size


def bounds(path: Path) -> dict[str, str | bool | int | float | list[str]]:
    """The settings of a connection to the file ``path``: how much memory it may take, and where the rest goes; none
    where nothing bounds it, so that it goes with other connections of the process to the same file."""
    if _bound is None:
        return {}
    return {"memory_limit": f"{_bound}B", "temp_directory": f"{path}.{os.getpid()}{SPILL}"}


def sweep_spills(path: Path) -> None:
    """Remove what readers of the file ``path`` had written to the disk when they were killed."""
    for left in path.parent.glob(f"{path.name}.*{SPILL}"):
        pid = left.name.removesuffix(SPILL).rpartition(".")[2]
        if pid.isdigit() and not _runs(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


@contextmanager
def telling_of_memory(what: str, consequence: str = "") -> Iterator[None]:
    """Say in a UserError that the memory did not suffice for ``what``, and how it can be mended."""
    try:
        yield
    except Exception as error:
        import duckdb  # the settings are read with this module, and many commands go without the database

        if not isinstance(error, duckdb.OutOfMemoryException):
            raise
        if _bound is None:
            mended = t("Close other programs, or use a machine with more memory.")
        else:
            mended = t("Raise memory under [engine] in crmeter.toml: it is {size} MB.", size=_bound // MEGABYTE)
        raise UserError.of(what, consequence, mended) from error
