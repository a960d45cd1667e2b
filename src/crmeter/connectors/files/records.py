"""Records of a delimited text, each with the line it starts on; a broken one never swallows those that follow."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from crmeter.connectors.files.encoding import UNDECODABLE

BLANK = " "  # the delimiter of columns set apart by any number of blanks
LONGEST = 1 << 20  # characters of one line, and of one record


class Fault(StrEnum):
    """Why a record can't be landed."""

    FIELDS = "fields"
    QUOTE = "quote"
    NUL = "nul"
    BYTES = "bytes"
    LONG = "long"


class LineTooLongError(Exception):
    """A line longer than any record: not a text table."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that can't be landed."""

    line: int
    text: str
    fault: Fault
    fields: int = 0


class _Lines:
    """Lines of a stream, of which those of a record that turned out broken can be read again."""

    def __init__(self, stream: TextIO) -> None:
        self._readline = stream.readline
        self._again: deque[str] = deque()
        self.held: list[str] = []  # of the record being read
        self.count = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._readline(LONGEST)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST:
            raise LineTooLongError
        self.count += 1
        self.held.append(line)
        return line

    def retreat(self) -> None:
        """Give back all lines of the record but its first."""
        self._again.extendleft(reversed(self.held[1:]))
        self.count -= len(self.held) - 1


def read_records(stream: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]] | Broken]:
    """(line, fields) of each record, header first, or what is broken. Empty lines are no records.

    Every record has as many fields as the header. A broken record of several lines is given up line by line, so an
    opening quote that nothing closes costs its own line alone.
    """
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True) if delimiter != BLANK else map(str.split, lines)
    width = 0
    while True:
        held = lines.held
        held.clear()
        line = lines.count + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fields = None
        fault = _fault(held, fields, width)
        if fields is not None and fault is None:
            if fields:
                width = width or len(fields)
                yield line, fields
            continue
        if fault is Fault.FIELDS and fields is not None and len(fields) == 1 and not fields[0].strip():
            continue
        lines.retreat()
        yield Broken(line, held[0].rstrip("\r\n"), fault or Fault.QUOTE, len(fields or ()))


def _fault(held: list[str], fields: list[str] | None, width: int) -> Fault | None:
    """What is wrong with the record of these lines, None if nothing."""
    text = held[0] if len(held) == 1 else "".join(held)
    if "\0" in text:
        return Fault.NUL
    if not text.isascii() and UNDECODABLE in text:
        return Fault.BYTES
    if fields is None:
        return Fault.QUOTE
    if len(held) > 1 and len(text) >= LONGEST:
        return Fault.LONG
    if width and fields and len(fields) != width:
        return Fault.FIELDS
    return None
