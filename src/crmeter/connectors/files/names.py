"""Which files can be read, and the raw tables they become, by their names."""

from __future__ import annotations

from crmeter.ingest.naming import snake

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
