"""The companies that are measured: made once in the data folder, made anew where they are of an earlier version."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import DATA, cpu_seconds

MEMORY = 8_000_000_000  # bytes that DuckDB may take on every side, the largest company's too
SIZES = {"XS": 2_000, "S": 100_000, "M": 1_000_000, "L": 5_000_000}  # customers; ten times as many orders


def warehouse_of(customers: int, tables: Sequence[str] = ()) -> Path:
    """The warehouse of a company with so many customers; with only these ``tables`` beside them, if some are named."""
    from benchmarks import company
    from crmeter.warehouse import derive
    from crmeter.warehouse.memory import bound_memory

    path = DATA / f"company-{''.join(f'{table}s-' for table in tables)}{customers}.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    bound_memory(MEMORY)
    try:
        if not path.exists():
            started = cpu_seconds()
            company.build(path, customers, *([tables] if tables else []))
            print(f"made a company of {customers} customers in {cpu_seconds() - started:.1f} CPU s")
        with connected(path) as con:
            newest = derive.is_newest(con)
        if not newest:
            with connected(path, read_only=False) as con:
                derive.refresh(con, company.RULES, company.END)
                derive.roll_up(con, company.RULES, company.END)
    finally:
        bound_memory(None)
    return path


def connected(path: Path, *, read_only: bool = True) -> Any:
    """A connection of DuckDB to the warehouse at ``path`` that takes at most MEMORY; what is more goes to the disk."""
    import duckdb

    config: dict[str, Any] = {"memory_limit": f"{MEMORY}B", "temp_directory": f"{path}.{os.getpid()}.spill"}
    return duckdb.connect(str(path), read_only=read_only, config=config)
