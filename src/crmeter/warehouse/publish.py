"""Publishing the warehouse: one writer works on a private copy that replaces the published file whole or not at all.

Whatever happens to the writer (an error, a full disk, kill -9), the published file is the one before or the one after.
Readers that have the file open keep the one they opened.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from crmeter.kernel.disk import to_disk
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import literal
from crmeter.warehouse.memory import bounds, sweep_spills, telling_of_memory

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SAFE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    # a name in somebody's SELECT must never be looked up among the variables of this program
    "python_enable_replacements": False,
}


class Unchanged(Exception):
    """Raised inside :func:`writing` to leave without publishing: there is nothing new to say."""


def never(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a warehouse is to be written anew: no."""
    return False


@contextmanager
def writing(
    path: Path, anew: Callable[[duckdb.DuckDBPyConnection], bool] = never
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a private copy of the warehouse at ``path``, published when the block ends well.

    After an error the published file is what it was, and the copy is removed. Raises UserError where another process
    writes already, or where the disk is full. Where ``anew`` says so at the end, what is published is a new file that
    holds the rows and nothing else: in a file that was changed, freed blocks still hold what was taken out.
    """
    with _told_of_the_machine(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            _sweep(path)
            copy = _copy_name(path)
            try:
                if path.exists():
                    shutil.copyfile(path, copy)
                with _connected(copy, path) as con:
                    yield con
                    con.execute("CHECKPOINT")
                    is_anew = anew(con)
                if is_anew:
                    copy = _written_anew(copy)
                _replace(copy, path)
            except Unchanged:
                pass
            finally:
                _sweep(path)


def lock_down(con: duckdb.DuckDBPyConnection, paths: Sequence[str] = ()) -> None:
    """From here on no SQL on ``con`` reads a file but those of ``paths``, reaches the network or undoes this."""
    if paths:
        con.execute(f"SET allowed_paths = [{', '.join(map(literal, paths))}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _copy_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.new")


def _sweep(path: Path) -> None:
    """Remove private copies, ours and those of killed writers: whoever holds the lock is the only writer."""
    sweep_spills(path)
    for left in path.parent.glob(f".{path.name}.*.new*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with suppress(OSError):
                left.unlink()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of the warehouse; the kernel lets go of it when the process ends, however it ends."""
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(path, os.pread(lock, 20, 0).decode("ascii", "replace").strip()) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def _busy(path: Path, pid: str) -> UserError:
    return UserError.of(
        t("Process {pid} is writing {path} just now.", pid=pid or "?", path=path),
        t("Only one process at a time may load data into a workspace."),
        t("Wait until it has finished, then start again."),
    )


@contextmanager
def _connected(copy: Path, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        con = duckdb.connect(str(copy), config={**SAFE, "temp_directory": f"{copy}.spill", **bounds(copy)})
    except duckdb.Error as error:
        if _means_full(error):
            raise
        raise UserError.of(
            t("The warehouse {path} cannot be opened.", path=path),
            str(error).splitlines()[0].replace(str(copy), str(path)),
            t("Restore it from a backup, or move it away and run crmeter ingest to build it anew."),
        ) from error
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET enable_progress_bar = false")  # standard output belongs to results
        yield con
    except BaseException:
        # what is in the copy does not matter any more; an engine hurt by a full disk may fail to close
        with suppress(duckdb.Error):
            con.close()
        raise
    con.close()


def _written_anew(copy: Path) -> Path:
    """The content of a copy in a file of its own; the copy is removed first, so that no kill leaves it behind."""
    fresh = copy.with_name(f"{copy.name}.anew")
    with duckdb.connect(config={**SAFE, "temp_directory": f"{copy}.spill", **bounds(copy)}) as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(f"ATTACH {literal(str(copy))} AS changed (READ_ONLY)")
        con.execute(f"ATTACH {literal(str(fresh))} AS fresh")
        con.execute("COPY FROM DATABASE changed TO fresh")
        con.execute("CHECKPOINT fresh")
    copy.unlink()
    return fresh


def _replace(copy: Path, path: Path) -> None:
    """Put the finished copy in the place of the published file, so that it survives a power cut too."""
    to_disk(copy)
    copy.replace(path)
    to_disk(path.parent)


@contextmanager
def _told_of_the_machine(path: Path) -> Iterator[None]:
    """Say what the machine refuses: room on the disk, permission, memory."""
    try:
        yield
    except (PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        if error.filename and path.parent not in Path(error.filename).parents:
            raise  # not about the warehouse
        raise UserError.of(
            t("{path} cannot be written: {error}.", path=path, error=error.strerror or error),
            next=t("Make its folder writable, or set another place for the warehouse in crmeter.toml."),
        ) from error
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise _disk_full(path) from error
    except duckdb.OutOfMemoryException as error:
        if "max_temp_directory_size" in str(error):
            raise _disk_full(path) from error
        with telling_of_memory(
            t("There was not enough memory to load the data."), t("The load before stays as it is.")
        ):
            raise
    except duckdb.Error as error:
        if not _means_full(error):
            raise
        raise _disk_full(path) from error


def _means_full(error: duckdb.Error) -> bool:
    return any(os.strerror(code) in str(error) for code in FULL)


def _disk_full(path: Path) -> UserError:
    try:
        free = shutil.disk_usage(path.parent).free // 1_000_000
    except OSError:
        free = 0
    return UserError.of(
        t("The disk that holds {path} is full ({free} MB free).", path=path, free=free),
        t("The load before stays as it is."),
        t("Make room for at least twice the size of the warehouse and of the files to load, then start again."),
    )
