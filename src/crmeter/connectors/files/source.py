"""A source of export files: finds them, reads each, and lands them as raw tables."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from crmeter.connectors.files.archive import unpack
from crmeter.connectors.files.child import read_in_child
from crmeter.connectors.files.excel import check_book
from crmeter.connectors.files.json_table import read_json
from crmeter.connectors.files.landing import land_table, quoted
from crmeter.connectors.files.limits import Limits
from crmeter.connectors.files.names import JSON, TEXT, table_name
from crmeter.connectors.files.paths import find_files
from crmeter.connectors.files.piece import Piece, Readable
from crmeter.connectors.files.text import read_text
from crmeter.ingest.naming import snake, unique_headers
from crmeter.ingest.source import BadRow, RawTable
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t

Progress = Callable[[str, float | None], None]


@dataclass(frozen=True)
class FileSource:
    """Files below ``root`` (the workspace) that the globs ``path`` name.

    Each file, sheet or inner file is a table of its own, unless ``tables`` (name → glob on the file's path or name)
    joins several. ``encoding`` and ``delimiter`` are decided per text file where not given. ``scratch`` is the folder
    for unpacked files while landing; the system's if None.
    """

    name: str
    root: Path
    path: str | tuple[str, ...]
    tables: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    limits: Limits = field(default_factory=Limits)
    scratch: Path | None = None

    def land(
        self, con: duckdb.DuckDBPyConnection, schema: str, progress: Progress
    ) -> tuple[list[RawTable], list[BadRow]]:
        """See :class:`crmeter.ingest.source.Source`."""
        files = find_files(self.root, (self.path,) if isinstance(self.path, str) else self.path)
        try:
            with tempfile.TemporaryDirectory(prefix="crmeter-", dir=self.scratch) as scratch:
                pieces = self._read_all(files, Path(scratch), progress)
                return self._land_all(con, schema, pieces, progress)
        except OSError as error:
            raise _disk_problem(error) from error

    def _read_all(self, files: list[Readable], scratch: Path, progress: Progress) -> list[Piece]:
        """The pieces of all files; what is wrong with any of them is said at once."""
        pieces: list[Piece] = []
        problems: list[Problem] = []
        sizes = [file.path.stat().st_size for file in files]
        for place, file in enumerate(files):
            share = sum(sizes[:place]) / max(sum(sizes), 1)
            progress(t("Reading {file}", file=file.label), share)
            try:
                for inner in unpack(file, _folder(scratch), self.limits):
                    pieces.extend(self._read(inner, _folder(scratch), progress, share))
            except UserError as error:
                problems.extend(error.problems)
            except PermissionError:
                problems.append(
                    Problem(t("{file} may not be read.", file=file.label), next=t("Change its permissions."))
                )
        raise_if_any(problems)
        return pieces

    def _read(self, file: Readable, folder: Path, progress: Progress, share: float) -> Iterator[Piece]:
        if file.ending in JSON:
            yield from read_json(
                file,
                folder,
                encoding=self.encoding,
                limits=self.limits,
                tell=lambda rows: progress(t("Reading {file}: {count} rows", file=file.label, count=rows), share),
            )
            return
        if file.ending in TEXT:
            yield read_text(
                file,
                folder / "rows.csv",
                encoding=self.encoding,
                delimiter=self.delimiter,
                limits=self.limits,
                tell=lambda rows: progress(t("Reading {file}: {count} rows", file=file.label, count=rows), share),
            )
            return
        if file.ending != ".parquet":
            check_book(file, self.limits)
        kind = "parquet" if file.ending == ".parquet" else "excel"
        found = read_in_child(kind, file, folder, self.limits)
        if not found:
            raise UserError.of(t("{file} is empty.", file=file.label), next=t("Export it again, or remove it."))
        for answer in found:
            yield _piece(file, answer)

    def _land_all(
        self, con: duckdb.DuckDBPyConnection, schema: str, pieces: list[Piece], progress: Progress
    ) -> tuple[list[RawTable], list[BadRow]]:
        grouped = self._group(pieces)
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        landed: list[RawTable] = []
        bad: list[BadRow] = []
        for name, group in grouped.items():
            progress(t("Landing {table}", table=name), None)
            landed.append(land_table(con, schema, name, group))
            bad.extend(
                BadRow(name, row.file, row.row, row.column, row.value, row.reason) for p in group for row in p.bad
            )
        return landed, bad

    def _group(self, pieces: list[Piece]) -> dict[str, list[Piece]]:
        """Pieces by the table they become. Raises UserError where two want one name, or a joined table has no file."""
        joined: dict[str, list[Piece]] = {snake(name): [] for name in self.tables}
        alone: dict[str, list[Piece]] = {}
        for piece in pieces:
            names = [snake(name) for name, glob in self.tables.items() if _is_meant(piece, glob)]
            (joined[names[0]] if names else alone.setdefault(piece.table, [])).append(piece)
        problems = [_empty_table(self.name, name) for name, group in joined.items() if not group]
        for name, group in alone.items():
            if len(group) > 1 or name in joined:
                problems.append(_same_name(self.name, name, [*group, *joined.get(name, [])]))
        raise_if_any(problems)
        return {**joined, **alone}


def _piece(file: Readable, answer: dict[str, object]) -> Piece:
    """What the child found in a file, as a piece."""
    headers = [str(name) for name in _listed(answer["columns"])]
    types = [str(kind) for kind in _listed(answer["types"])]
    used = _listed(answer.get("used", [True] * len(headers)))
    places = [place for place, is_used in enumerate(used) if is_used]
    unique = unique_headers(headers)
    table, label = table_name(file.name), file.label
    if "sheet" in answer:
        table, label = f"{table}_{snake(str(answer['sheet']))}", f"{label}/{answer['sheet']}"
    columns = [unique[place] for place in places]
    piece = Piece(table, label, columns, [types[place] for place in places], Path(str(answer["data"])), 0)
    piece.rows, piece.places, piece.width = int(str(answer["rows"])), places, len(headers)
    piece.parallel = False
    return piece


def _listed(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _folder(scratch: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=scratch))


def _is_meant(piece: Piece, glob: str) -> bool:
    label, wanted = piece.label.lower(), glob.lower()
    return any(fnmatchcase(name, wanted) for name in (label, label.rsplit("/", 1)[-1], piece.table))


def _empty_table(source: str, name: str) -> Problem:
    return Problem(
        t('Table "{table}" of source "{source}" matches no file.', table=name, source=source),
        next=t("Correct its pattern in [sources.{source}.tables] of crmeter.toml.", source=source),
    )


def _same_name(source: str, name: str, pieces: list[Piece]) -> Problem:
    files = ", ".join(piece.label for piece in pieces)
    return Problem(
        t('{files}: all would become the raw table "{table}".', files=files, table=name),
        t("One would replace the other."),
        t(
            "Join them in [sources.{source}.tables] of crmeter.toml, such as {example}, or rename a file.",
            source=source,
            example=f'{name} = "*{name}*"',
        ),
    )


def _disk_problem(error: OSError) -> Exception:
    """A full disk is the user's to mend; any other fault of the system is passed on."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return error
    return UserError.of(
        t("The disk is full."),
        t("Export files are unpacked and read into {folder} first.", folder=tempfile.gettempdir()),
        t("Free some space, or set TMPDIR to a folder on a larger disk."),
    )
