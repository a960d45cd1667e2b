"""Which files a source means: globs under the workspace, and nothing outside it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from crmeter.connectors.files.names import SUFFIXES, suffix
from crmeter.connectors.files.piece import Readable
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t

_WILD = frozenset("*?[")


def find_files(root: Path, globs: tuple[str, ...]) -> list[Readable]:
    """The files that ``globs`` name under ``root``, sorted, each once. Raises UserError with all that is wrong."""
    found: dict[str, Readable] = {}
    problems: list[Problem] = []
    for glob in globs:
        try:
            for path in _matches(root, glob):
                file = _readable(root, path)
                found[file.label] = file
        except UserError as error:
            problems.extend(error.problems)
    raise_if_any(problems)
    return [found[label] for label in sorted(found)]


def _matches(root: Path, glob: str) -> list[Path]:
    parts = PurePosixPath(glob.replace("\\", "/"))
    if not glob.strip() or parts.is_absolute() or PureWindowsPath(glob).drive or ".." in parts.parts:
        raise UserError.of(
            t('The path "{path}" leads out of the workspace.', path=glob),
            t("A source reads files inside its workspace only."),
            t('Copy the files into the workspace and write a path below it, such as "exports/*.csv".'),
        )
    paths = [path for path in sorted(root.glob(str(parts))) if not path.name.startswith((".", "~$"))]
    if _WILD & set(glob):
        paths = [path for path in paths if not path.is_dir() or suffix(path.name)]
    if not paths:
        raise UserError.of(
            t('No file matches "{path}" in {folder}.', path=glob, folder=root),
            next=t("Put the export files there, or correct path for this source in crmeter.toml."),
        )
    return paths


def _readable(root: Path, path: Path) -> Readable:
    label = path.relative_to(root).as_posix()
    if not path.resolve().is_relative_to(root.resolve()):
        raise UserError.of(
            t("{file} is a link to a place outside the workspace.", file=label),
            t("A source reads files inside its workspace only."),
            t("Copy the file into the workspace."),
        )
    if path.is_dir():
        raise UserError.of(
            t("{file} is a folder, not a file.", file=label),
            next=t('Name the files in it, such as "{example}".', example=f"{label}/*.csv"),
        )
    if not path.is_file():
        raise UserError.of(t("{file} is no plain file.", file=label), next=t("Copy the export itself to this place."))
    if not suffix(path.name):
        raise UserError.of(
            t("{file} is of a kind that can't be read.", file=label),
            next=t("Readable are {endings}; narrow path for this source in crmeter.toml.", endings=", ".join(SUFFIXES)),
        )
    return Readable(path, label, path.name, suffix(path.name))
