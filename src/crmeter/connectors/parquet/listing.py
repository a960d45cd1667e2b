"""Which Parquet files a source means: all below a folder, or those of a pattern; in a folder of this machine or a
bucket. What hides (``.``, ``_``) is left out; tables whose files alone do not say what is valid are refused."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from crmeter.connectors.parquet.bucket import SCHEME, Bucket, Object
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

Entry = TypeVar("Entry")
SUFFIX = ".parquet"
MOST = 100_000  # files of one source
_WILD = frozenset("*?[")
_LOGS = {"_delta_log": "Delta Lake", ".hoodie": "Apache Hudi"}
_ICEBERG = re.compile(r"(?:^|/)metadata/[^/]*\.metadata\.json$")


@dataclass(frozen=True)
class Found:
    """One file: the path that DuckDB opens, its name for people, the parts of its path below the folder that the
    source names, and what tells that it is still the same (its size and its time of change, or its ETag)."""

    path: str
    label: str
    parts: tuple[str, ...]
    version: tuple[object, ...]
    object: Object | None = None


@dataclass(frozen=True)
class Listing:
    """What one path of a source leads to. ``name`` is that of the folder; ``pattern`` what of the path is one."""

    name: str
    files: tuple[Found, ...]
    pattern: str = ""


def split(path: str) -> tuple[str, str]:
    """The folder or file that a path names, and the pattern behind it.

    >>> split("lake/orders/*/part-*.parquet"), split("lake/orders/")
    (('lake/orders', '*/part-*.parquet'), ('lake/orders', ''))
    """
    parts = path.rstrip("/").split("/")
    fixed = next((place for place, part in enumerate(parts) if _WILD & set(part)), len(parts))
    return "/".join(parts[:fixed]), "/".join(parts[fixed:])


def matcher(pattern: str) -> re.Pattern[str]:
    """A pattern of paths: ``*`` and ``?`` stay within a folder, ``**`` does not.

    >>> bool(matcher("**/*.parquet").fullmatch("a/b.parquet")), bool(matcher("*").fullmatch("a/b.parquet"))
    (True, False)
    """
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]/]+\])", pattern)
    return re.compile("".join(signs.get(part) or _signs(part) for part in parts))


def _signs(part: str) -> str:
    if part.startswith("[") and part.endswith("]"):
        inner = part[1:-1].replace("\\", r"\\").replace("[", r"\[")
        return f"[{'^' + inner[1:] if inner.startswith('!') else inner}]"
    return re.escape(part)


def in_bucket(source: str, bucket: Bucket, path: str, scheme: str) -> Listing:
    """The objects that ``path`` (of the form s3://…) names; DuckDB is to know them by ``scheme``."""
    fixed, pattern = split(path.removeprefix(SCHEME).partition("/")[2])
    folder = f"{fixed}/" if fixed else ""
    prefix = fixed if fixed.endswith(SUFFIX) else folder  # such a name may also be that of a folder

    def objects() -> Iterator[tuple[str, Object]]:
        for each in bucket.listed(prefix):
            if each.key == fixed:
                yield "", each
            elif each.key.startswith(folder) and each.key != folder:  # which only marks a folder
                yield each.key[len(folder) :], each

    chosen = _chosen(source, path, pattern, objects())
    found = []
    for rest, each in chosen:
        label = f"{SCHEME}{bucket.name}/{each.key}"
        if {".", "..", ""} & set(each.key.split("/")) or re.search(r"[\x00-\x1f]", each.key):
            raise _odd(label)
        parts = tuple(rest.split("/")) if rest else (each.key.rpartition("/")[2],)
        name = f"{scheme}://{bucket.name}/{each.key}"
        found.append(Found(name, label, parts, (each.size, each.etag), each))
    return Listing(fixed.rpartition("/")[2] or bucket.name, tuple(found), pattern)


def in_folder(source: str, root: Path, path: str) -> Listing:
    """The files that ``path`` names, below ``root`` (the workspace) unless it starts with a slash."""
    fixed, pattern = split(path)
    if not fixed and path.startswith("/"):
        fixed = "/"
    base = _base(root, fixed)
    chosen = _chosen(source, path, pattern, _walked(base))
    found = []
    for rest, file in chosen:
        inside = file.is_relative_to(root)
        label = file.relative_to(root).as_posix() if inside else file.as_posix()
        if not file.resolve().is_relative_to(base.resolve()):
            raise UserError.of(
                t("{file} is a link to a place outside {folder}.", file=label, folder=fixed or "."),
                next=t("Let path name the folder that it leads to."),
            )
        if _WILD & set(str(file)) or re.search(r"[\x00-\x1f]", str(file)):
            raise _odd(label)
        parts = tuple(rest.split("/")) if rest else (file.name,)
        found.append(Found(str(file), label, parts, version(file)))
    return Listing(base.name or "files", tuple(found), pattern)


def version(file: Path) -> tuple[object, ...]:
    """What tells that a file is still the same."""
    about = file.stat()
    return (about.st_size, about.st_mtime_ns, about.st_ino)


def _base(root: Path, fixed: str) -> Path:
    """The folder or file of this machine where the search begins."""
    base = root / fixed
    if ".." in Path(fixed).parts or "\0" in fixed:
        raise UserError.of(
            t('The path "{path}" holds "..".', path=fixed),
            next=t("Write the whole path, such as {example}.", example='"/data/lake/orders"'),
        )
    if not fixed.startswith("/") and not base.resolve().is_relative_to(root.resolve()):
        raise UserError.of(
            t('The path "{path}" leads out of the workspace.', path=fixed),
            next=t("Write the whole path, such as {example}.", example=f'"{base.resolve()}"'),
        )
    return base


def _walked(base: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a folder, by its path there; '' where the base is a file itself."""
    if base.is_file():
        yield "", base
        return
    for folder, folders, files in os.walk(base, onerror=_not_read):
        inside = Path(folder).relative_to(base)
        for name in folders:
            if name in _LOGS:
                yield f"{(inside / name).as_posix()}/", Path(folder) / name
            elif not name.startswith((".", "_")) and (Path(folder) / name).is_symlink():
                raise UserError.of(
                    t("{file} is a link to a folder.", file=Path(folder) / name),
                    t("Links are not followed: they could lead out of the folder, or round in a circle."),
                    t("Let path name the folder that it leads to, in a list with the others."),
                )
        yield from (((inside / name).as_posix(), Path(folder) / name) for name in files)


def _not_read(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise UserError.of(
            t("{file} may not be read.", file=error.filename), next=t("Change its permissions.")
        ) from error


def _chosen(source: str, path: str, pattern: str, every: Iterable[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    """The Parquet files among all files below a folder, by path; UserError where there are none, or too many."""
    wanted = matcher(pattern) if pattern else None
    chosen: list[tuple[str, Entry]] = []
    for rest, each in every:
        _refuse_table_format(path, rest)
        is_data = not rest or (
            rest.endswith(SUFFIX) and not any(part.startswith((".", "_")) for part in rest.split("/"))
        )
        if is_data and (wanted is None or wanted.fullmatch(rest)):
            chosen.append((rest, each))
        if len(chosen) > MOST:
            raise UserError.of(
                t('More than {count} files match "{path}".', count=MOST, path=path),
                next=t("Narrow path of [sources.{source}] in crmeter.toml.", source=source),
            )
    if not chosen:
        raise UserError.of(
            t('No Parquet file matches "{path}".', path=path),
            t("Files are looked for whose names end in {ending}, at any depth of a folder.", ending=SUFFIX),
            t("Put them there, or correct path of [sources.{source}] in crmeter.toml.", source=source),
        )
    return sorted(chosen, key=lambda one: one[0])


def _refuse_table_format(path: str, rest: str) -> None:
    """Files of a table format may be of rows that were deleted long since: only its log tells."""
    parts = rest.split("/")
    product = next((_LOGS[part] for part in parts if part in _LOGS), "Apache Iceberg" if _ICEBERG.search(rest) else "")
    if product:
        raise UserError.of(
            t('Below "{path}" lies a table of {product}.', path=path, product=product),
            t("Its files also hold rows that were deleted or replaced; only its log tells which are valid."),
            t("Write it as plain Parquet, or let Spark build the canonical tables."),
        )


def _odd(label: str) -> UserError:
    return UserError.of(
        t("{file}: a file of this name is not read in place.", file=label),
        next=t("Take the signs * ? [ and parts such as .. out of its name."),
    )
