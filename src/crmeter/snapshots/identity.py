"""What the values of a snapshot depend on, as digests: the data, the program, and how the company counts.

A snapshot is used where all of them are what they were when it was made, and at no other time. What could change a
number and is not in here would make a wrong one; what is in here and changes none only has values measured again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import crmeter
from crmeter.kernel.installed import version

Key = dict[str, str]
"""Each part by its name: data, program, rules, kpis."""

PACKAGES = ("kernel", "model", "stats", "warehouse", "metrics", "kpis", "snapshots")
MODULES = ("app/measuring.py", "app/period.py", "app/snapshots.py")
ENGINES = ("duckdb", "ibis", "numpy", "scipy", "sqlglot")  # as they are imported
_HEADERS = 3 * 4096  # of a DuckDB file: they change with everything that is written


def of_file(path: Path) -> str | None:
    """Which file lies at ``path``; None where none does.

    The published warehouse is never written in place: a new one takes its name. Still its times, its size and its
    headers are looked at too, so that a file that somebody changes or puts there is another one; and whether a log of
    changes lies beside it, which are read with it.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            headers = hashlib.sha256(file.read(_HEADERS)).hexdigest()
    except OSError:
        return None
    try:
        log = str(path.with_name(f"{path.name}.wal").stat().st_mtime_ns)
    except OSError:
        log = ""
    return f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{headers}-{log}"


@cache
def of_program() -> str:
    """Which program measures: every module that a number comes from, the texts of KPIs, and the engines' versions."""
    root = Path(crmeter.__file__).parent
    told = hashlib.sha256(f"{sys.version_info}\n{sys.byteorder}\n".encode())
    for path in _sources(root):
        told.update(f"{path.relative_to(root).as_posix()}\0".encode())
        told.update(hashlib.sha256(path.read_bytes()).digest())
    for name in ENGINES:
        told.update(f"{name} {version(name)}\n".encode())
    return told.hexdigest()


def of_plain(plain: Any) -> str:
    """The digest of plain values, in whichever order their names stand."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for folder, below, names in os.walk(root / package):
            below.sort()
            yield from (Path(folder, name) for name in sorted(names) if name.endswith((".py", ".toml")))
    yield from (root / name for name in MODULES)
