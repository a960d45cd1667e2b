"""The tables of the store. A change here needs a migration beside it."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, Text

METADATA = MetaData()

#: The newest migration; a test holds it to the files of ``migrations/versions``.
SCHEMA = "0003"

EVALUATION = Table(
    "evaluation",
    METADATA,
    Column("id", String, primary_key=True),
    Column("sealed_at", String, nullable=False),  # UTC, ISO 8601, as in the document
    Column("period", String, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("load", Integer, nullable=False),
    Column("document", Text, nullable=False),  # canonical JSON, byte for byte what was sealed
    Column("checksum", String, nullable=False),
)

SEGMENT = Table(
    "segment",
    METADATA,
    Column("name", String, primary_key=True),
    Column("saved_at", String, nullable=False),  # UTC, ISO 8601
    Column("definition", Text, nullable=False),  # canonical JSON: {"where": […], "rfm": …, "tier": …}
)
