"""A new workspace, with export files in it and mappings proposed for them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmeter.app.ingesting import silent
from crmeter.app.mapping import Proposed, propose
from crmeter.app.settings import open_workspace
from crmeter.app.settings.writing import first_settings, zone_of_this_machine
from crmeter.ingest.landing import Progress
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import language, t

SOURCE, EXPORTS = "crm", "exports"
CURRENCIES = {"zh-Hant": "TWD", "zh-Hans": "CNY", "en": "USD"}  # by language, where no one says it


@dataclass(frozen=True)
class Founded:
    """A workspace that was made. ``assumed`` are settings that nobody stated, as they are written."""

    root: Path
    proposed: Proposed | None
    assumed: tuple[str, ...]


def found(
    directory: Path,
    files: Sequence[Path] = (),
    *,
    currency: str | None = None,
    timezone: str | None = None,
    progress: Progress = silent,
) -> Founded:
    """Make a workspace in ``directory``, copy ``files`` into it and propose how they are read.

    Raises UserError, and makes nothing, where the folder is not empty, a file is missing or cannot be read, or the
    currency or time zone is none.
    """
    raise_if_any((*_problems_of_place(directory), *_problems_of_files(files)))
    stated = {"currency": currency, "timezone": timezone}
    held = {"currency": currency or CURRENCIES[language()], "timezone": timezone or zone_of_this_machine()}
    with _made_whole(directory.absolute()) as root:
        source = (SOURCE, f"{EXPORTS}/*") if files else ("", "")
        (root / "mappings").mkdir()
        (root / EXPORTS).mkdir()
        for path in files:
            shutil.copyfile(path, root / EXPORTS / path.name)
        text = first_settings(directory.absolute().name, held["currency"], held["timezone"], *source)
        (root / "crmeter.toml").write_text(text, "utf-8")
        workspace = open_workspace(root, {})
        proposed = propose(workspace, (), progress)[0] if files else None
    assumed = tuple(f'{key} = "{held[key]}"' for key, said in stated.items() if not said)
    return Founded(directory, proposed, assumed)


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
