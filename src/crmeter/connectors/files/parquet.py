"""Parquet files, read once in the child and written anew, so that ours only reads what we wrote ourselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from crmeter.connectors.files.excel import UnreadableError


def rewrite(path: Path, target: Path, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Copy every row of ``path`` with its number into ``target``; columns and types are given back."""
    data = target / "0.parquet"
    con = duckdb.connect(config={"threads": 1, "memory_limit": f"{request['bytes'] // 2}B"})
    con.execute("SET TimeZone = 'UTC'")
    try:
        shape = con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        places = ", ".join(f"c{place}" for place in range(len(shape)))
        con.execute(
            f"COPY (SELECT {places}, _row + 1 FROM read_parquet({_literal(path)}, file_row_number = true) "
            f"AS piece({places}, _row)) TO {_literal(data)} (FORMAT parquet)"
        )
        rows = con.execute("SELECT count(*) FROM read_parquet(?)", [str(data)]).fetchall()[0][0]
        types = [str(row[1]) for row in con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(data)]).fetchall()]
    except duckdb.OutOfMemoryException:
        raise UnreadableError("memory") from None
    except duckdb.Error:
        raise UnreadableError("damaged") from None
    return [{"columns": [str(row[0]) for row in shape], "types": types[:-1], "rows": rows, "data": str(data)}]


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
