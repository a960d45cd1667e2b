"""Files become raw tables: those of one folder or pattern, or whose names differ only by numbers, are parts of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from crmeter.connectors.parquet.listing import SUFFIX, Found, Listing, matcher
from crmeter.ingest.naming import snake
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t

_UNSAYING = ("", "part", "data", "file", "chunk", "batch")  # names of parts, which say nothing of what they hold
_UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_CODECS = r"(?:\.(?:c#|snappy|gz|gzip|zstd|lz4|brotli))+$"


def grouped(source: str, listings: Sequence[Listing], named: Mapping[str, str]) -> dict[str, list[Found]]:
    """The files of each raw table; UserError where two tables want one name, or a named one has no file.

    ``named`` (table → pattern below the folder) are the tables that are read; where there are none, all are:

    - a path with a pattern is one table, named after the last folder before the pattern;
    - below a folder each folder is a table, and each file, files together whose names differ only by numbers;
    - folders such as ``year=2025`` are parts of the table above them.
    """
    found: dict[str, list[Found]] = {}
    problems: list[Problem] = []
    if named:
        for name, pattern in named.items():
            # paths may lie in one another: a file is read once
            meant = {file.path: file for listing in listings for file in listing.files if _is_meant(file, pattern)}
            table = snake(name) or "table"
            if table in found:
                problems.append(_same_name(source, table, [*found[table], *meant.values()]))
            found[table] = [*meant.values()]
            if not meant:
                problems.append(_empty(source, name, pattern))
        raise_if_any(problems)
        return found
    for listing in listings:
        for name, files in _of(listing):
            if name in found:
                problems.append(_same_name(source, name, [*found[name], *files]))
            found.setdefault(name, []).extend(files)
    raise_if_any(problems)
    return found


def _of(listing: Listing) -> Iterator[tuple[str, list[Found]]]:
    """The tables of one path."""
    if listing.pattern:
        yield _table(listing.name), list(listing.files)
        return
    folders: dict[str, list[Found]] = {}
    alone: dict[str, list[Found]] = {}
    for file in listing.files:
        first = file.parts[0]
        if len(file.parts) == 1:
            alone.setdefault(_mask(first), []).append(file)
        else:
            folders.setdefault(listing.name if "=" in first else first, []).append(file)
    for name, files in folders.items():
        yield _table(name), files
    for mask, files in alone.items():
        if len(files) == 1:
            yield _table(files[0].parts[0]), files
        else:
            word = snake(re.sub(_CODECS, "", mask).replace("#", " "))
            yield _table(listing.name if word in _UNSAYING else word), files


def _mask(name: str) -> str:
    """The name of a file without its numbers: decimal ones, and long ones of base 16 that programs give.

    >>> _mask("part-00000-1f3c9a77-20fa-4b6e-9d1c-7a2b01e4d5c6.c000.parquet"), _mask("orders_2025-01.parquet")
    ('part-#-#.c#', 'orders_#-#')
    >>> _mask("b2b.parquet"), _mask("b2c.parquet")
    ('b#b', 'b#c')
    """
    return re.sub(rf"{_UUID}|\b[0-9a-f]{{8,}}\b|\d+", "#", name.removesuffix(SUFFIX))


def _table(name: str) -> str:
    return snake(name.removesuffix(SUFFIX)) or "table"


def _is_meant(file: Found, pattern: str) -> bool:
    """Whether a pattern, or the bare name of a folder or file, means this file."""
    path = "/".join(file.parts)
    plain = pattern.strip("/")
    return bool(
        path == plain or path == f"{plain}{SUFFIX}" or path.startswith(f"{plain}/") or matcher(plain).fullmatch(path)
    )


def _empty(source: str, name: str, pattern: str) -> Problem:
    return Problem(
        t('Table "{table}" of source "{source}" matches no file.', table=name, source=source),
        t('Its pattern is "{pattern}", looked for below path.', pattern=pattern),
        t("Correct its pattern in [sources.{source}.tables] of crmeter.toml.", source=source),
    )


def _same_name(source: str, name: str, files: Sequence[Found]) -> Problem:
    shown = ", ".join(file.label for file in files[:3]) + (" …" if len(files) > 3 else "")
    return Problem(
        t('{files}: all would become the raw table "{table}".', files=shown, table=name),
        t("One would replace the other."),
        t("Name the tables in [sources.{source}.tables] of crmeter.toml, such as {example}.",
          source=source, example=f'{name} = "…/{name}"'),
    )  # fmt: skip


def partitions(source: str, table: str, files: Sequence[Found]) -> tuple[str, ...]:
    """The columns that stand in the names of folders (``year=2025``), which must be the same of all files."""
    kinds: dict[tuple[str, ...], Found] = {}
    for file in files:
        kinds.setdefault(tuple(part.partition("=")[0] for part in file.parts[:-1] if "=" in part), file)
    if len(kinds) > 1:
        one, other, *_ = kinds.values()
        raise UserError.of(
            t('Files of the table "{table}" lie in folders of different columns: {one}, {other}.',
              table=table, one=one.label, other=other.label),
            t("What stands in the name of a folder is a column of its rows."),
            t("Let the folders be named alike, or name two tables in [sources.{source}.tables].", source=source),
        )  # fmt: skip
    return next(iter(kinds))
