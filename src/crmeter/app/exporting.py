"""Values as a Parquet file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

_TYPES = {
    **dict.fromkeys(("value", "numerator", "denominator", "n", "low", "high"), "DOUBLE"),
    **dict.fromkeys(("start", "end"), "DATE"),
    "complete": "BOOLEAN",
    "load": "INTEGER",
}


def parquet(values: Sequence[Mapping[str, Any]]) -> bytes:
    """Values as in their JSON, one row each; every dimension of ``by`` is a column of its own, after ``end``."""
    if not values:
        raise UserError.of(t("There are no values to write."))
    dimensions = list(dict.fromkeys(name for value in values for name in value["by"]))
    columns = {name: _TYPES.get(name, "VARCHAR") for name in values[0] if name != "by"}
    taken = {name: name if name not in columns else f"by.{name}" for name in dimensions}
    columns |= dict.fromkeys(taken.values(), "VARCHAR")
    rows = [[value["by"].get(_of(taken, c)) if c in taken.values() else value[c] for c in columns] for value in values]
    names = ", ".join(f"{_quoted(column)} {kind}" for column, kind in columns.items())
    with tempfile.TemporaryDirectory(prefix="crmeter-") as folder, duckdb.connect() as con:
        target = Path(folder) / "values.parquet"
        con.execute(f"CREATE TABLE held ({names})")
        con.executemany(f"INSERT INTO held VALUES ({', '.join('?' * len(columns))})", rows)
        con.execute("COPY held TO $target (FORMAT parquet)", {"target": str(target)})
        return target.read_bytes()


def _of(taken: Mapping[str, str], column: str) -> str:
    return next(name for name, named in taken.items() if named == column)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
