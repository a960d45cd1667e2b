"""Names of raw tables and their columns, from the names of files and headers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

TEXT, JSON, PACKED = (".csv", ".tsv", ".txt"), (".json", ".jsonl", ".ndjson"), (".gz", ".zip")
SUFFIXES = (*TEXT, *JSON, ".parquet", ".xlsx", ".xls", *PACKED)


def suffix(name: str) -> str:
    """The ending that says how to read a file, lower case; '' where we can't.

    >>> suffix("Orders.CSV"), suffix("photo.png")
    ('.csv', '')
    """
    lower = name.lower()
    return next((known for known in SUFFIXES if lower.endswith(known)), "")


def table_name(name: str) -> str:
    """The raw table of a file (without its endings) in snake case; letters of any script stay.

    >>> table_name("exports/SalesOrders 2025-01.csv.gz"), table_name("客戶名單.xlsx")
    ('sales_orders_2025_01', '客戶名單')
    """
    stem = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    while ending := suffix(stem):
        stem = stem[: -len(ending)]
    return snake(stem) or "table"


def snake(text: str) -> str:
    """Lower case words joined by underscores: ``OrderItems`` → ``order_items``."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    return re.sub(r"\W+", "_", plain).strip("_").lower()


def unique_headers(headers: Sequence[str]) -> list[str]:
    """Headers as spelled; empty ones become column_N, repeated ones get _2, _3. Upper and lower case are one name.

    >>> unique_headers(["id", "ID", "", "id"])
    ['id', 'ID_2', 'column_3', 'id_3']
    """
    taken = {"_file", "_row"}
    plain = [header.strip().replace("\0", "") or f"column_{place}" for place, header in enumerate(headers, start=1)]
    whole = {name.lower() for name in plain}
    found: list[str] = []
    for name in plain:
        unique, number = name, 1
        while unique.lower() in taken or (number > 1 and unique.lower() in whole):
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique.lower())
        found.append(unique)
    return found
