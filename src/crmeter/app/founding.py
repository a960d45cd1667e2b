"""A new workspace, with export files and databases in it and mappings proposed for them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from crmeter.app.ingesting import silent
from crmeter.app.lacking import Reach, reaches
from crmeter.app.mapping import Proposed, propose
from crmeter.app.scheduling import EVALUATE, Wanted, add
from crmeter.app.settings import open_workspace
from crmeter.app.settings.writing import database_section, files_section, first_settings, zone_of_this_machine
from crmeter.connectors.sql import is_database
from crmeter.ingest.landing import Progress
from crmeter.ingest.naming import snake
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import language, t

SOURCE, EXPORTS, DATABASES = "crm", "exports", "databases"
EACH_QUARTER = Wanted(EVALUATE, "quarter", "06:00", on="3")  # by then what the old quarter brought late is there
CURRENCIES = {"zh-Hant": "TWD", "zh-Hans": "CNY", "en": "USD"}  # by language, where no one says it


@dataclass(frozen=True)
class Founded:
    """A workspace that was made. ``assumed`` are settings that nobody stated, as they are written; ``schedule`` is what
    evaluates each quarter."""

    root: Path
    proposed: tuple[Proposed, ...]
    reaches: tuple[Reach, ...]
    assumed: tuple[str, ...]
    schedule: str


def found(
    directory: Path,
    files: Sequence[Path] = (),
    *,
    currency: str | None = None,
    timezone: str | None = None,
    progress: Progress = silent,
) -> Founded:
    """Make a workspace in ``directory``, copy ``files`` into it and propose how they are read. Each quarter is to be
    evaluated in it.

    An SQLite database among the files becomes a source of its own, named after the file.

    Raises UserError, and makes nothing, where the folder is not empty, a file is missing or cannot be read, or the
    currency or time zone is none.
    """
    raise_if_any((*_problems_of_place(directory), *_problems_of_files(files)))
    stated = {"currency": currency, "timezone": timezone}
    held = {"currency": currency or CURRENCIES[language()], "timezone": timezone or zone_of_this_machine()}
    with _made_whole(directory.absolute()) as root:
        (root / "mappings").mkdir()
        (root / EXPORTS).mkdir()
        text = first_settings(directory.absolute().name, held["currency"], held["timezone"])
        (root / "crmeter.toml").write_text("\n".join([text, *_copied(files, root)]), "utf-8")
        workspace = open_workspace(root, {})
        proposed = tuple(propose(workspace, (), progress)) if files else ()
        found_out = reaches(workspace) if files else ()
    assumed = tuple(f'{key} = "{held[key]}"' for key, said in stated.items() if not said)
    schedule = add(open_workspace(directory, {}), EACH_QUARTER)
    return Founded(directory, proposed, found_out, assumed, schedule["id"])


def _copied(files: Sequence[Path], root: Path) -> Iterator[str]:
    """Copy the files into the workspace; the section of the toml for each source they make."""
    databases = [path for path in files if is_database(path)]
    exports = [path for path in files if path not in databases]
    for path in exports:
        shutil.copyfile(path, root / EXPORTS / path.name)
    if exports:
        yield files_section(SOURCE, f"{EXPORTS}/*")
    taken = {SOURCE} if exports else set[str]()
    for path in databases:
        (root / DATABASES).mkdir(exist_ok=True)
        shutil.copyfile(path, root / DATABASES / path.name)
        name = _source_name(path, taken)
        taken.add(name)
        yield database_section(name, f"{DATABASES}/{path.name}")


def _source_name(path: Path, taken: set[str]) -> str:
    """A name for the source that a database is, as the toml allows it."""
    plain = re.sub(r"[^a-z0-9_]", "", snake(path.stem)).lstrip("0123456789_") or "database"
    return next(name for n in count(1) if (name := plain if n == 1 else f"{plain}_{n}") not in taken)


def _problems_of_place(directory: Path) -> Iterator[Problem]:
    if directory.exists() and not directory.is_dir():
        yield Problem(t("{path} is a file, not a folder.", path=directory), next=t("Name a new folder."))
    elif directory.is_dir() and any(directory.iterdir()):
        yield Problem(
            t("{path} is not empty.", path=directory),
            next=t("Name a new folder. In a workspace, “crmeter map” proposes mappings for files that were added."),
        )


def _problems_of_files(files: Sequence[Path]) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    for path in files:
        if not path.exists():
            yield Problem(t("There is no file {path}.", path=path))
        elif not path.is_file():
            yield Problem(t("{path} is a folder, not a file.", path=path), next=t("Name the files in it."))
        elif path.name in seen:
            yield Problem(t("{one} and {other} have the same name.", one=seen[path.name], other=path))
        seen[path.name] = path


@contextmanager
def _made_whole(directory: Path) -> Iterator[Path]:
    """A folder to fill, which takes its name only when it is filled; nothing is left of it if that fails."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        root = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise UserError.of(t("{path} can’t be made.", path=directory), why=str(error)) from None
    try:
        yield root
        root.chmod(0o755)
        if directory.is_dir():
            directory.rmdir()
        root.rename(directory)
    finally:
        shutil.rmtree(root, ignore_errors=True)
