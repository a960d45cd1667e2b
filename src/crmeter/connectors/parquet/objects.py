"""Objects of a bucket as files of DuckDB: those that were listed and no other, read in parts, never written."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crmeter.connectors.parquet import faults
from crmeter.connectors.parquet.bucket import Bucket, Object
from crmeter.kernel.errors import UserError


class Reading:
    """What is read of several buckets. ``failure`` is what went wrong first: DuckDB tells it only in its own words."""

    def __init__(self, objects: Mapping[str, tuple[Bucket, Object]]) -> None:
        self.objects = objects  # by the path that DuckDB knows
        self.failure: UserError | None = None

    def part(self, path: str, start: int, size: int) -> bytes:
        """Some bytes of an object."""
        bucket, found = self.objects[path]
        try:
            return bucket.part(found, start, size)
        except UserError as error:
            self.failure = self.failure or error
            raise OSError(f"{path} could not be read") from error


class Opened:
    """One object that is open. Each thread has its place in it, since DuckDB sets it and reads in two steps."""

    def __init__(self, reading: Reading, path: str) -> None:
        self._reading, self._path = reading, path
        self._at = threading.local()

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a byte, counted from the start."""
        assert whence == 0
        self._at.place = place
        return place

    def tell(self) -> int:
        """The byte that is read next."""
        return int(getattr(self._at, "place", 0))

    def read(self, size: int) -> bytes:
        """The next bytes."""
        start = self.tell()
        found = self._reading.part(self._path, start, size)
        self._at.place = start + len(found)
        return found

    def close(self) -> None:
        """Nothing is held."""


def filesystem(scheme: str, reading: Reading) -> Any:
    """What DuckDB takes for a file system of ``scheme``; UserError without the library that says what one is."""
    try:
        from fsspec import AbstractFileSystem
    except ModuleNotFoundError:
        raise faults.no_library("fsspec") from None

    class Objects(AbstractFileSystem):  # type: ignore[misc]  # comes without types
        protocol = scheme
        cachable = False

        def open(self, path: str, mode: str = "rb", **_: Any) -> Opened:
            if mode != "rb" or path not in reading.objects:
                raise FileNotFoundError(path)
            return Opened(reading, path)

        def exists(self, path: str, **_: Any) -> bool:
            return path in reading.objects

        def glob(self, path: str, **_: Any) -> list[str]:
            return [path] if path in reading.objects else []  # signs of a pattern in a key are signs of the key

        def size(self, path: str) -> int:
            return reading.objects[path][1].size

        def modified(self, path: str) -> datetime:
            return reading.objects[path][1].changed

    return Objects()
