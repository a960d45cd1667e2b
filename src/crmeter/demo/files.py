"""Writing export files: the same bytes for the same content, whatever the day."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from xlsxwriter import Workbook

Sheet = Mapping[str, list[str]]  # header → cells, top to bottom


def _as_csv(sheet: Sheet) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(sheet)
    writer.writerows(zip(*sheet.values(), strict=True))
    return text.getvalue()


def write_csv(path: Path, sheet: Sheet, encoding: str = "utf-8") -> None:
    """A CSV file; packed if the name ends in .gz or .zip. Each character must exist in the encoding."""
    content = _as_csv(sheet).encode(encoding)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        content = gzip.compress(content, compresslevel=3, mtime=0)
    elif path.suffix == ".zip":
        content = _zipped(path.with_suffix(".csv").name, content)
    path.write_bytes(content)


def write_book(
    path: Path, sheet: str, header: Sequence[str], rows: Sequence[Sequence[str | int | date | None]]
) -> None:
    """A workbook of one sheet, with dates and numbers as such. None is an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook(str(path), {"default_date_format": "yyyy/mm/dd"})
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, header, book.add_format({"bold": True}))
    for number, row in enumerate(rows, 1):
        page.write_row(number, 0, row)
    page.freeze_panes(1, 0)
    page.autofit()
    book.close()


def _zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
