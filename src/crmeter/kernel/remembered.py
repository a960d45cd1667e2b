"""Answers that were worked out before, by this process or another one of the same user.

What is asked is a digest of everything the answer depends on but the program; what the program may change about it is
in the name of the file. A file that cannot be read, written or trusted is done without: answers are worked out anew.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from hashlib import blake2b
from pathlib import Path

from crmeter.kernel.installed import version

PROGRAM = (
    "kernel/expressions.py",
    "kernel/remembered.py",
    "warehouse/engines/embedded.py",
    "warehouse/folds.py",
    "warehouse/sql.py",
)
"""The modules that make the answers, besides Ibis: an answer of another text of theirs is none."""

LIBRARIES = ("ibis", "sqlglot")
LARGEST = 64_000_000  # bytes of the file, after which it is begun anew
MOST = 4_096  # answers that a process keeps
AT_ONCE = 64  # answers that are written together

_known: dict[tuple[str, str], str] = {}
_fresh: dict[tuple[str, str], str] = {}
_lasting: ContextVar[bool] = ContextVar("lasting", default=False)


@contextmanager
def lasting() -> Iterator[None]:
    """Inside the block SQL may be written to the disk: nothing that somebody typed is in it but what is marked so.
    Anywhere else it stays in the process, for it may be asked by the name of a person."""
    before = _lasting.set(True)
    try:
        yield
    finally:
        _lasting.reset(before)


def is_lasting() -> bool:
    """Whether SQL may be written to the disk here."""
    return _lasting.get()


def remembered(what: str, digest: str, work: Callable[[], str], *, private: bool = False) -> str:
    """The answer to ``what`` is asked of what has this digest: as it was before, else what ``work`` comes to. A
    ``private`` one is never written to the disk."""
    key = (what, digest)
    found = _known.get(key)
    if found is None:
        found = None if private else _read(key)
        if found is None:
            found = work()
            if not private:
                _fresh[key] = found
                if len(_fresh) >= AT_ONCE:
                    write()
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = found
    return found


def place() -> Path | None:
    """The file of this user and program; None where there is no place for it."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with suppress(RuntimeError):  # nobody's home
        folder = folder.expanduser()
    return folder / "crmeter" / f"statements-{_program()}.sqlite" if folder.is_absolute() else None


@cache
def _program() -> str:
    """What tells the programs apart whose answers may differ."""
    root = Path(__file__).parent.parent
    told = blake2b(f"{sys.version_info[:2]}".encode(), digest_size=8)
    for name in PROGRAM:
        told.update((root / name).read_bytes())
    for name in LIBRARIES:
        told.update(f"{name} {version(name)}".encode())
    return told.hexdigest()


def _read(key: tuple[str, str]) -> str | None:
    con = _connection()
    if con is None:
        return None
    with suppress(sqlite3.Error):
        row = con.execute("SELECT answer, seal FROM answer WHERE what = ? AND digest = ?", key).fetchone()
        if row and row[1] == _seal(key, row[0]):
            return str(row[0])
    return None


def write() -> None:
    """Write what was worked out to the disk, for other processes."""
    con = _connection()
    if con is not None and _fresh:
        with suppress(sqlite3.Error), con:
            rows = [(*key, answer, _seal(key, answer)) for key, answer in _fresh.items()]
            con.executemany("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", rows)
    _fresh.clear()


def _seal(key: tuple[str, str], answer: str) -> bytes:
    """A damaged answer is none."""
    return blake2b("\0".join((*key, answer)).encode(), digest_size=8).digest()


_connections: dict[tuple[int, Path | None], sqlite3.Connection | None] = {}


def _connection() -> sqlite3.Connection | None:
    """The file as this process has it open: a child that was forked opens it anew."""
    asked = (os.getpid(), place())
    if asked not in _connections:
        _connections[asked] = _opened(asked[1])
    return _connections[asked]


def _opened(path: Path | None) -> sqlite3.Connection | None:
    if path is None:
        return None
    with suppress(OSError, sqlite3.Error):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            path.unlink()
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        found = path.stat()
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o022:
            return None  # somebody else could have written it
        con = sqlite3.connect(path, timeout=0.2, check_same_thread=False)
        try:
            con.execute("PRAGMA synchronous = OFF")
            con.execute(
                "CREATE TABLE IF NOT EXISTS answer "
                "(what TEXT, digest TEXT, answer TEXT, seal BLOB, PRIMARY KEY (what, digest)) WITHOUT ROWID"
            )
        except sqlite3.DatabaseError as error:
            con.close()
            if not isinstance(error, sqlite3.OperationalError):  # which a busy file is, and which is no fault of it
                path.unlink()
            raise
        return con
    return None


@atexit.register
def _leave() -> None:
    write()
    for con in filter(None, _connections.values()):
        con.close()
    _connections.clear()
