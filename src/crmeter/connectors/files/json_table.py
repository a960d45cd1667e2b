"""JSON files as tables: nested objects become columns such as address.city, lists are kept as JSON text."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from crmeter.connectors.files.encoding import decide_encoding, open_text
from crmeter.connectors.files.json_records import (
    LONGEST,
    Beside,
    Found,
    MalformedError,
    Number,
    Unusable,
    read_document,
    read_lines,
)
from crmeter.connectors.files.limits import Limits
from crmeter.connectors.files.names import table_name
from crmeter.connectors.files.piece import Piece, Readable
from crmeter.connectors.files.text import check_counts, shown
from crmeter.ingest.naming import snake, unique_headers
from crmeter.ingest.source import BadRow
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

_DEEPEST = 8  # levels of objects that become columns; what lies deeper is kept as JSON text
_DIGITS = 15  # decimal digits that a double keeps
_SAFE = 300  # decimal exponents that a double can hold
_TOLD = 10_000
Path_ = tuple[str, ...]


class _Rows:
    """The records of one list, written as they come; their columns and types are known only at the end."""

    def __init__(self, file: Readable, target: Path, limits: Limits) -> None:
        self._file, self._limits = file, limits
        self._ragged = target.with_suffix(".ragged")
        self._out = self._ragged.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._places: dict[Path_, int] = {}
        self._kinds: list[set[str]] = []
        self.piece = Piece(table_name(file.name), file.label, [], [], target, 0, parallel=False)

    def add(self, found: Found) -> None:
        """One record, or what is no record."""
        if isinstance(found.record, Unusable):
            reason, value = found.record.reason, shown(found.record.text)
            self.piece.bad.append(BadRow("", "", found.row, "", value, reason))
            check_counts(self.piece, self._limits)
            return
        try:
            spelled = [(path, *_spelled(value)) for path, value in _cells(found.record, ())]
        except RecursionError:
            self.add(replace(found, record=Unusable("", t("nested too deeply"))))
            return
        cells = [""] * len(self._places)
        for path, cell, kind in spelled:
            place = self._places.setdefault(path, len(self._places))
            if place == len(cells):
                cells.append("")
                self._kinds.append(set())
            cells[place] = cell
            self._kinds[place].add(kind)
        self._writer.writerow([found.row, *cells])
        self.piece.rows += 1
        if self.piece.rows % _TOLD == 0 or len(self._places) > self._limits.columns:
            self._check()

    def _check(self) -> None:
        check_counts(self.piece, self._limits)
        if len(self._places) > self._limits.columns:
            raise UserError.of(
                t("{file} has {count} columns.", file=self._file.label, count=len(self._places)),
                next=t("At most {count} can be read.", count=self._limits.columns),
            )

    def finish(self, name: str) -> Piece:
        """Give every record all columns, and the piece its name: that of the list where a file has several."""
        self._check()
        self._out.close()
        piece = self.piece
        piece.columns = unique_headers([".".join(path) for path in self._places])
        piece.types = [_type(kinds) for kinds in self._kinds]
        if name:
            piece.table, piece.label = f"{piece.table}_{snake(name)}", f"{piece.label}/{name}"
        piece.bad = [BadRow(piece.table, piece.label, bad.row, "", bad.value, bad.reason) for bad in piece.bad]
        with (
            self._ragged.open(encoding="utf-8", newline="") as rows,
            piece.data.open("w", encoding="utf-8", newline="") as out,
        ):
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for row, *cells in csv.reader(rows, strict=True):
                writer.writerow([*cells, *[""] * (len(self._places) - len(cells)), row])
        self._ragged.unlink()
        return piece

    def close(self) -> None:
        self._out.close()


def read_json(
    file: Readable, folder: Path, *, encoding: str | None, limits: Limits, tell: Callable[[int], None]
) -> list[Piece]:
    """A piece for each list of records in ``file``, written into ``folder``. ``tell`` hears the rows so far.

    Raises UserError where the file is empty, no JSON, or holds no records.
    """
    if not file.path.stat().st_size:
        raise UserError.of(t("{file} is empty.", file=file.label), next=t("Export it again, or remove it."))
    codec = decide_encoding(file.path, file.label, encoding)
    lists: dict[str, _Rows] = {}
    beside: dict[str, Any] = {}
    rows = 0
    try:
        with open_text(file.path, codec) as stream:
            for found in _records(stream, file):
                if isinstance(found, Beside):
                    beside[found.key] = found.value
                    continue
                if found.list not in lists:
                    lists[found.list] = _Rows(file, folder / f"{len(lists)}.csv", limits)
                lists[found.list].add(found)
                rows += 1
                if rows % _TOLD == 0:
                    tell(rows)
        if not lists and beside:  # an object that is a record itself
            lists[""] = _Rows(file, folder / "0.csv", limits)
            lists[""].add(Found("", 1, beside))
            beside = {}
        return _pieces(file, lists, beside)
    except MalformedError as error:
        raise _malformed(file, error.line) from None
    finally:
        for each in lists.values():
            each.close()


def _pieces(file: Readable, lists: dict[str, _Rows], beside: dict[str, Any]) -> list[Piece]:
    """Lists that hold no object at all are values, not tables; what is passed over is said."""
    full = {name: each for name, each in lists.items() if each.piece.rows}
    if not full:
        bad = next((each.piece.bad[0] for each in lists.values() if each.piece.bad), None)
        raise UserError.of(
            t("{file} holds no records: there is no list of objects in it.", file=file.label),
            f"{bad.reason} ({bad.row}: {bad.value})" if bad else "",
            t("Export it as a list of objects, or as one object on each line (jsonl)."),
        )
    passed = [*beside, *(name for name in lists if name not in full)]
    pieces = [each.finish(name if len(full) > 1 else "") for name, each in full.items()]
    if passed:
        said = t("{file}: beside the records stands {names}, which is not loaded.", file=file.label,
                 names=", ".join(passed[:10]) + ("…" if len(passed) > 10 else ""))  # fmt: skip
        pieces[0].notes.append(said)
    return pieces


def _records(stream: TextIO, file: Readable) -> Iterator[Found | Beside]:
    """By lines where the first line is an object whole and more follow, or the file says so by its name."""
    first = ""
    while line := stream.readline(LONGEST):
        if first:
            break
        first = line.strip()
    stream.seek(0)
    if file.ending != ".json" and not first.startswith("["):
        return read_lines(stream)
    by_line = bool(line) and first.startswith("{") and _is_whole(first)
    return read_lines(stream) if by_line else read_document(stream)


def _is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _malformed(file: Readable, line: int) -> UserError:
    return UserError.of(
        t("{file} is no valid JSON: it can be read up to line {line}.", file=file.label, line=f"{line:,}"),
        t("Records behind it would be missing without a sign of it."),
        t("Export it again. With one object on each line (jsonl), a broken one costs only itself."),
    )


def _cells(record: dict[str, Any], above: Path_) -> Iterator[tuple[Path_, Any]]:
    """Every value of a record with the keys that lead to it; null is no value."""
    for key, value in record.items():
        path = (*above, key)
        if isinstance(value, dict) and len(path) < _DEEPEST:
            yield from _cells(value, path)
        elif value is not None:
            yield path, value


def _spelled(value: Any) -> tuple[str, str]:
    """A value as a text, and what kind it is of: int, float, bool or text."""
    if isinstance(value, Number):
        return value, _kind(value)
    if isinstance(value, str):
        return value, "text" if value else "none"
    if isinstance(value, bool):
        return ("true" if value else "false"), "bool"
    return _json(value), "text"


def _json(value: Any) -> str:
    """A value as JSON, its numbers spelled as they were."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def _kind(number: str) -> str:
    """``int`` or ``float`` if a number type keeps every digit, else ``text``."""
    mantissa, _, exponent = number.lower().partition("e")
    digits = mantissa.lstrip("-").replace(".", "").strip("0")
    if mantissa == number and "." not in number:
        return "int" if -(2**63) <= (int(number) if len(number) < 25 else 2**63) < 2**63 else "text"
    small = len(exponent) < 5 and abs(int(exponent or "0")) <= _SAFE
    return "float" if len(digits) <= _DIGITS and small and len(mantissa) < 2 * _DIGITS else "text"


def _type(kinds: set[str]) -> str:
    """The type of a column; as soon as its values are of several kinds, text as it stood."""
    whole = kinds - {"none"}
    if whole == {"int"}:
        return "BIGINT"
    if whole and whole <= {"int", "float"}:
        return "DOUBLE"
    return "BOOLEAN" if whole == {"bool"} else "VARCHAR"
