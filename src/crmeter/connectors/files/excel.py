"""Excel books, old and new: each sheet with rows becomes a plain csv whose columns keep one type throughout."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, PasswordError, SheetTypeEnum, load_workbook

from crmeter.connectors.files.archive import Budget, damaged
from crmeter.connectors.files.limits import Limits
from crmeter.connectors.files.piece import Readable
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

_OLE = b"\xd0\xcf\x11\xe0"
_EXACT = 2**53  # beyond it floats skip integers
_CHUNK = 1 << 20
_TYPES = {frozenset({"date"}): "TIMESTAMP", frozenset({"bool"}): "BOOLEAN", frozenset({"int"}): "BIGINT"}
_NUMBERS = frozenset({"int", "float"})


class UnreadableError(Exception):
    """Why a book can't be read: password, cells, damaged."""


def check_book(file: Readable, limits: Limits) -> None:
    """Refuse a book that is an archive bomb, damaged or encrypted before any reader opens it."""
    with file.path.open("rb") as opened:
        start = opened.read(4)
    if start == _OLE:  # a legacy book, or the wrapping of an encrypted one: the reader tells
        return
    if not start:
        raise UserError.of(t("{file} is empty.", file=file.label), next=t("Export it again, or remove it."))
    try:
        with zipfile.ZipFile(file.path) as archive:
            _check_parts(file, archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise damaged(file.label) from None


def _check_parts(file: Readable, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Unpack every part once, into nothing: sizes that an archive states of itself can't be trusted."""
    bounds = Limits(archive_bytes=limits.book_bytes, ratio=limits.ratio, ratio_from=limits.ratio_from)
    Budget(file.label, file.path.stat().st_size, bounds).take(sum(part.file_size for part in archive.infolist()))
    budget = Budget(file.label, file.path.stat().st_size, bounds)
    for part in archive.infolist():
        with archive.open(part) as source:
            while chunk := source.read(_CHUNK):
                budget.take(len(chunk))


def read_book(path: Path, target: Path, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Write each sheet that has rows to ``target``; its name, header, types, row count and file are given back."""
    found: list[dict[str, Any]] = []
    with path.open("rb") as opened:
        try:
            book = load_workbook(opened)
            sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            for place, name in enumerate(sheets):
                sheet = book.get_sheet_by_name(name)
                if sheet.end is None:
                    continue
                if sheet.total_height * sheet.total_width > request["cells"]:
                    raise UnreadableError("cells")
                found.append({"sheet": name, **_write_sheet(sheet, target / f"{place}.csv")})
        except PasswordError:
            raise UnreadableError("password") from None
        except CalamineError as error:
            raise UnreadableError("password" if "assword" in str(error) else "damaged") from None
    return found


def _write_sheet(sheet: CalamineSheet, target: Path) -> dict[str, Any]:
    """The first row that holds anything is the header; empty rows are no rows."""
    header: list[str] | None = None
    kinds: list[set[str]] = []
    rows = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if all(cell == "" for cell in cells):
                continue
            texts = [_text(cell) for cell in cells]
            if header is None:
                header, kinds = texts, [set() for _ in texts]
                continue
            for kind, cell in zip(kinds, cells, strict=True):
                kind.add(_kind(cell))
            writer.writerow([*texts, number])
            rows += 1
    used = [bool(name.strip()) or bool(kind - {"none"}) for name, kind in zip(header or [], kinds, strict=True)]
    types = [_type(kind) for kind in kinds]
    return {"columns": header or [], "types": types, "used": used, "rows": rows, "data": str(target)}


def _type(kinds: Iterable[str]) -> str:
    """The DuckDB type of a column with cells of these kinds; text as soon as they differ."""
    whole = frozenset(kinds) - {"none"}
    if whole and whole <= _NUMBERS:
        return "DOUBLE" if "float" in whole else "BIGINT"
    return _TYPES.get(whole, "VARCHAR")


def _kind(cell: object) -> str:
    match cell:
        case "":
            return "none"
        case bool():
            return "bool"
        case float() if not cell.is_integer() or abs(cell) >= _EXACT:
            return "float"
        case int() | float():
            return "int"
        case date():
            return "date"
        case _:
            return "text"


def _text(cell: object) -> str:
    """A cell as a person would type it: numbers without a trailing .0, dates as ISO, midnight left out."""
    match cell:
        case str():
            return cell.replace("\0", "")
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return str(int(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(cell)
