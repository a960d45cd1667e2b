"""Writing export files: the same bytes for the same content, whatever the day."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

Sheet = Mapping[str, list[str]]  # header → cells, top to bottom


def _as_csv(sheet: Sheet) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(sheet)
    writer.writerows(zip(*sheet.values(), strict=True))
    return text.getvalue().encode("utf-8")


def write_csv(path: Path, sheet: Sheet, *, mark: bool = False) -> None:
    """A CSV file in UTF-8, with a byte order mark if ``mark``; packed if the name ends in .gz or .zip."""
    content = (b"\xef\xbb\xbf" if mark else b"") + _as_csv(sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        content = gzip.compress(content, compresslevel=3, mtime=0)
    elif path.suffix == ".zip":
        content = _zipped(path.with_suffix(".csv").name, content)
    path.write_bytes(content)


def _zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
