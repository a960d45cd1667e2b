"""One snapshot: an SQLite file beside the warehouse that is written once, put in its place whole, and only read then.

A row holds the values of one KPI for one period, split as it says, as the JSON that a face sends. SQLite is in Python
and reads a row in some microseconds, where opening the warehouse takes milliseconds and its libraries a second.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from crmeter.kernel.disk import to_disk
from crmeter.kernel.period import Period
from crmeter.snapshots.identity import Key

FORMAT = 2
"""What a snapshot looks like; raised with every change, so that one of an earlier version is not read."""

_TABLES = """
CREATE TABLE about (told TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE measured (
    kpi TEXT NOT NULL, split TEXT NOT NULL, grain TEXT NOT NULL, start TEXT NOT NULL, until TEXT NOT NULL,
    answer TEXT NOT NULL, checksum INTEGER NOT NULL
);
"""
_FIND = """SELECT answer, checksum FROM measured
WHERE kpi = ? AND split = ? AND grain = ? AND start = ? AND until = ?"""


@dataclass(frozen=True)
class Answered:
    """The values of one KPI for one period, one for each group of ``by``, as plain values."""

    kpi: str
    period: Period
    by: Sequence[str]
    values: Sequence[Mapping[str, Any]]

    @property
    def place(self) -> tuple[str, ...]:
        return _place(self.kpi, self.period, self.by)


def place_of(warehouse: Path) -> Path:
    """Where the snapshot of a warehouse lies."""
    return warehouse.with_name(f"{warehouse.name}.snapshot")


def write(path: Path, key: Key, about: Mapping[str, Any], answers: Iterable[Answered]) -> None:
    """Put a snapshot at ``path``; whoever reads the one before goes on reading it. A process killed on the way leaves
    the one before."""
    made = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.new")  # in each container is a process 1
    try:
        con = sqlite3.connect(made)
        try:
            # nobody reads it before it is whole, and it is whole on the disk before it takes its name
            con.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
            told = _written({"format": FORMAT, "key": key, **about})
            con.execute("INSERT INTO about VALUES (?, ?)", (told, _checksum((), told)))
            rows = sorted((each.place, _written(each.values)) for each in answers)
            checked = ((*place, answer, _checksum(place, answer)) for place, answer in rows)
            con.executemany("INSERT INTO measured VALUES (?, ?, ?, ?, ?, ?, ?)", checked)
            con.execute("CREATE UNIQUE INDEX place ON measured (kpi, split, grain, start, until)")
            con.commit()
        finally:
            con.close()
        to_disk(made)
        made.replace(path)
        to_disk(path.parent)
    finally:
        with suppress(OSError):
            made.unlink(missing_ok=True)


class Snapshot:
    """A snapshot that was opened. One that takes its name afterwards is not seen; it belongs to one thread."""

    def __init__(self, con: sqlite3.Connection, about: Mapping[str, Any]) -> None:
        self._con = con
        self.about = about

    @classmethod
    def opened(cls, path: Path) -> Self | None:
        """The snapshot at ``path``, of whichever data; None where there is none that this version can read, or one that
        tells of itself what was not written."""
        try:
            # nobody writes into it: there is nothing to lock and nothing to look for
            con = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
        except sqlite3.Error:
            return None
        try:
            [(told, checksum)] = con.execute("SELECT told, checksum FROM about").fetchall()
            about = json.loads(told) if _is_as_written((), told, checksum) else {}
        except (sqlite3.Error, ValueError):
            con.close()
            return None
        if about.get("format") != FORMAT:
            con.close()
            return None
        return cls(con, about)

    def differs(self, key: Key) -> list[str]:
        """The parts of the key that are others than when it was made: none, and it may be used."""
        made: Mapping[str, str] = self.about["key"]
        return [name for name in {**key, **made} if made.get(name) != key.get(name)]

    def answer(self, kpi: str, period: Period, by: Sequence[str] = ()) -> str | None:
        """The values of a KPI for a period, one for each group of ``by``, as a JSON array; None where it holds none, or
        where what is there is not what was written."""
        place = _place(kpi, period, by)
        try:
            found = self._con.execute(_FIND, place).fetchone()
        except sqlite3.Error:
            return None
        return str(found[0]) if found is not None and _is_as_written(place, *found) else None

    def answers(self, kpi: str, periods: Iterable[Period], by: Sequence[str] = ()) -> str | None:
        """The values of several periods as one JSON array; None where those of one of them are not there."""
        parts = []
        for period in periods:
            found = self.answer(kpi, period, by)
            if found is None:
                return None
            parts.append(found[1:-1])
        return f"[{','.join(filter(None, parts))}]"

    def close(self) -> None:
        self._con.close()


def _place(kpi: str, period: Period, by: Sequence[str]) -> tuple[str, ...]:
    return kpi, json.dumps(list(by)), str(period.grain), period.start.isoformat(), period.end.isoformat()


def _written(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _checksum(place: Sequence[str], answer: str) -> int:
    return zlib.crc32("\0".join((*place, answer)).encode())


def _is_as_written(place: Sequence[str], text: object, checksum: object) -> bool:
    """Whether a text is the one that was written; in a damaged file it may be no text at all."""
    return isinstance(text, str) and checksum == _checksum(place, text)
