"""Tables as Parquet, each with what it is of in its metadata."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from crmeter.reports.publication.publication import Table


def parquet_file(table: Table, about: Mapping[str, Any]) -> bytes:
    """One table; the key ``crmeter`` of its metadata holds ``about`` as JSON."""
    columns = {f"c{i}": kind for i, kind in enumerate(table.columns.values())}
    described = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    named = ", ".join(f"c{i} AS {_quoted(name)}" for i, name in enumerate(table.columns))
    with tempfile.TemporaryDirectory(prefix="crmeter-") as folder, duckdb.connect() as con:
        source, target = Path(folder) / "rows.json", Path(folder) / "table.parquet"
        with source.open("w", encoding="utf-8") as out:
            for row in table.rows:
                out.write(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n")
        con.execute(
            f"COPY (SELECT {named} FROM read_json(?, format = 'newline_delimited', columns = {{{described}}})) "
            f"TO {_text(str(target))} (FORMAT parquet, KV_METADATA {{crmeter: {_text(json.dumps(about))}}})",
            [str(source)],
        )
        return target.read_bytes()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
