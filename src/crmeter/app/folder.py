"""A folder of files that belong together, with a manifest of their checksums."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crmeter.kernel.disk import to_disk
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t

MANIFEST = "manifest.json"


def put_files(folder: Path, files: Mapping[str, bytes], about: Mapping[str, Any]) -> tuple[Path, ...]:
    """Write files into a folder, each whole or not at all; files that an earlier manifest lists and this one does not
    are removed. The manifest is ``about`` with the name, size and checksum of each file. It is there first and says
    that it is not complete, then once more when all files are in their place: whoever is killed leaves no stranger.

    UserError where the folder is a file, cannot be written, is being written by another process, or holds a file of the
    same name that did not come from here.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise UserError.of(t("{path} is a file, not a folder.", path=folder), next=t("Name a new folder."))
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            before = _listed(folder)
            raise_if_any(_foreign(folder / name) for name in files if name not in before and (folder / name).exists())
            _replace(folder, files, about)
            for name in before - files.keys():
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError.of(t("{path} can’t be written.", path=folder), why=str(error)) from None
    return tuple(folder / name for name in (*files, MANIFEST))


def _foreign(path: Path) -> Problem:
    return Problem(
        t("{path} is there already and was not published from here.", path=path),
        next=t("Name another folder, or move the file away."),
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError.of(
                t("Another process is publishing to {path}.", path=folder), next=t("Wait until it has finished.")
            ) from None
        yield
    finally:
        os.close(handle)


def _listed(folder: Path) -> set[str]:
    """The files of an earlier manifest; none where there is no manifest of ours."""
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
        names = {str(each["name"]) for each in found["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if name == Path(name).name}


def _manifest(files: Mapping[str, bytes], about: Mapping[str, Any], *, complete: bool) -> bytes:
    listed = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    ]
    return (json.dumps({**about, "complete": complete, "files": listed}, ensure_ascii=False, indent=1) + "\n").encode()


def _replace(folder: Path, files: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
    """Everything is on the disk before the first file takes its name."""
    for left in folder.glob(".crmeter-*"):  # of a writer that was killed: whoever holds the lock is the only one
        shutil.rmtree(left, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=".crmeter-", dir=folder))
    begun, done = (_manifest(files, about, complete=complete) for complete in (False, True))
    try:
        for name, content in {**files, "begun": begun, "done": done}.items():
            with (staged / f"{name}.new").open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
        (staged / "begun.new").replace(folder / MANIFEST)
        for name in files:
            (staged / f"{name}.new").replace(folder / name)
        (staged / "done.new").replace(folder / MANIFEST)
        to_disk(folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
