"""Delimited text files, read record by record into a plain file that DuckDB reads back without guessing."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from crmeter.connectors.files.delimiter import decide_delimiter, known_delimiter
from crmeter.connectors.files.encoding import UNDECODABLE, decide_encoding, open_text
from crmeter.connectors.files.limits import Limits
from crmeter.connectors.files.names import table_name
from crmeter.connectors.files.piece import Piece, Readable
from crmeter.connectors.files.records import LONGEST, Broken, Fault, LineTooLongError, read_records
from crmeter.ingest.naming import unique_headers
from crmeter.ingest.source import BadRow
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

_BATCH = 10_000
_SHOWN = 200  # characters of a broken record that are kept
Records = Iterator[tuple[int, list[str]] | Broken]


def read_text(
    file: Readable,
    target: Path,
    *,
    encoding: str | None,
    delimiter: str | None,
    limits: Limits,
    tell: Callable[[int], None],
) -> Piece:
    """Write the records of ``file`` to ``target``; broken ones are in the piece. ``tell`` hears the rows so far."""
    if not file.path.stat().st_size:
        raise UserError.of(t("{file} is empty.", file=file.label), next=t("Export it again, or remove it."))
    codec = decide_encoding(file.path, file.label, encoding)
    separator = known_delimiter(delimiter) if delimiter else decide_delimiter(file.path, codec, file.label)
    try:
        with open_text(file.path, codec) as stream:
            return _write(file, read_records(stream, separator), target, limits, tell)
    except LineTooLongError:
        raise UserError.of(
            t("{file} has a line of more than {count} characters.", file=file.label, count=LONGEST),
            t("It is no table in text form, or was not written to its end."),
            t("Export it again as csv, xlsx or parquet."),
        ) from None


def _write(file: Readable, records: Records, target: Path, limits: Limits, tell: Callable[[int], None]) -> Piece:
    table = table_name(file.name)
    columns = _headers(file, records, limits)
    piece = Piece(table, file.label, columns, ["VARCHAR"] * len(columns), target, rows=0)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        whole = _whole(records, piece)
        while batch := list(islice(whole, _BATCH)):
            writer.writerows(batch)
            piece.rows += len(batch)
            check_counts(piece, limits)
            tell(piece.rows)
    check_counts(piece, limits)
    if piece.bad and not piece.rows:
        raise UserError.of(
            t("{file}: not one record fits its header of {count} columns.", file=file.label, count=len(columns)),
            f"{piece.bad[0].reason} ({piece.bad[0].row}: {piece.bad[0].value})",
            t("Set delimiter for this source in crmeter.toml, or remove lines above the header."),
        )
    return piece


def _whole(records: Records, piece: Piece) -> Iterator[list[str]]:
    """Fields and line of the records that can be landed; the others go to the piece."""
    before, fields = 1, [""]
    for record in records:
        if isinstance(record, Broken):
            piece.bad.append(_bad_row(piece, record))
            continue
        line, fields = record
        piece.parallel = piece.parallel and line <= before + 1  # else the one before may span lines
        before = line
        fields.append(str(line))
        yield fields
    piece.parallel = piece.parallel and not any("\n" in field for field in fields)


def _headers(file: Readable, records: Records, limits: Limits) -> list[str]:
    first = next(records, None)
    if first is None:
        raise UserError.of(t("{file} is empty.", file=file.label), next=t("Export it again, or remove it."))
    if isinstance(first, Broken):
        raise UserError.of(
            t("{file}: its header can't be read.", file=file.label),
            f"{fault_said(first)} {shown(first.text)}",
            t("Mend the first line, or set encoding and delimiter for this source in crmeter.toml."),
        )
    if len(first[1]) > limits.columns:
        raise UserError.of(
            t("{file} has {count} columns.", file=file.label, count=len(first[1])),
            next=t("At most {count} can be read.", count=limits.columns),
        )
    return unique_headers(first[1])


def check_counts(piece: Piece, limits: Limits) -> None:
    """Raise UserError where a file has more rows, or broken ones, than an honest export."""
    if piece.rows > limits.rows:
        raise UserError.of(
            t("{file} has more than {count} rows.", file=piece.label, count=limits.rows),
            next=t("Split it into smaller files."),
        )
    if len(piece.bad) > limits.bad_rows:
        raise UserError.of(
            t("{file}: more than {count} records can't be read.", file=piece.label, count=limits.bad_rows),
            f"{piece.bad[0].reason} ({piece.bad[0].row}: {piece.bad[0].value})",
            t("Set encoding and delimiter for this source in crmeter.toml."),
        )


def _bad_row(piece: Piece, broken: Broken) -> BadRow:
    reason = fault_said(broken, len(piece.columns))
    return BadRow(piece.table, piece.label, broken.line, "", shown(broken.text), reason)


def shown(text: str) -> str:
    """A broken record as a person may see it."""
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return short.replace(UNDECODABLE, "\ufffd").replace("\0", "␀")


def fault_said(broken: Broken, columns: int = 0) -> str:
    """The fault of a record, for people."""
    match broken.fault:
        case Fault.FIELDS:
            return t("{found} fields where the header has {expected}", found=broken.fields, expected=columns)
        case Fault.QUOTE:
            return t("a quote that is not closed, or closed too early")
        case Fault.NUL:
            return t("a NUL byte")
        case Fault.BYTES:
            return t("bytes that can't be decoded")
        case Fault.LONG:
            return t("longer than {count} characters", count=LONGEST)
