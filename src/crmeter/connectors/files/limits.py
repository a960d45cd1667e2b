"""How much a source may ask of the machine before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class Limits:
    """Bounds that honest export files stay far below; an archive bomb does not.

    Sizes are bytes. ``ratio`` (unpacked to packed) counts only from ``ratio_from`` unpacked bytes on, since small files
    of equal rows pack well.
    """

    archive_bytes: int = 8 * GIB  # unpacked, all files of one archive
    archive_files: int = 1_000
    ratio: int = 200
    ratio_from: int = 32 * MIB
    book_bytes: int = GIB  # unpacked XML of one Excel file
    cells: int = 40_000_000  # of one Excel sheet
    rows: int = 100_000_000  # of one file
    bad_rows: int = 1_000_000  # of one source: more is a wrong setting, not bad rows
    columns: int = 2_000
    child_bytes: int = 4 * GIB  # memory of the process that reads Excel and Parquet files
    child_seconds: int = 600
