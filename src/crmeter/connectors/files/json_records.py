"""Objects in JSON text, one after the other: those of a list, or one on each line. No file is held in memory whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from crmeter.connectors.files.encoding import UNDECODABLE
from crmeter.kernel.messages import t

LONGEST = 1 << 22  # characters of one object
_CHUNK = 1 << 16
_BLANK = " \t\r\n"
_WRAPPED = 8  # objects around a list of records, at most


class Number(str):
    """A number as it is spelled: 1.50 stays 1.50, and an integer of any length stays whole."""

    __slots__ = ()


class MalformedError(Exception):
    """What follows is no JSON; carries the line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that stands where a record should, and why it is none."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A record, or what stands in its place: the list it is in (keys joined by dots, empty if none) and its number."""

    list: str
    row: int
    record: dict[str, Any] | Unusable


@dataclass(frozen=True, slots=True)
class Beside:
    """A value that stands beside the lists, in the object around them."""

    key: str
    value: Any


class _Reader:
    """Reads one value; what JSON leaves open is settled: a key that stands in an object twice is remembered."""

    def __init__(self) -> None:
        self._repeated: list[str] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=Number, parse_float=Number, parse_constant=str
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            self._repeated.append(next(key for place, key in enumerate(keys) if key in keys[:place]))
        return found

    def value(self, text: str, at: int = 0) -> tuple[Any, int]:
        """The value that starts ``at`` a place, and where it ends; ValueError or RecursionError where there is none."""
        self._repeated.clear()
        return self._decoder.raw_decode(text, at)

    def record(self, value: Any, text: str) -> dict[str, Any] | Unusable:
        """The value just read if it is an object all of which can be kept; ``text`` is how it is spelled."""
        if UNDECODABLE in text:
            return Unusable(text, t("bytes that can't be decoded"))
        if not isinstance(value, dict):
            return Unusable(text, t("no object with named values"))
        if self._repeated:
            return Unusable(text, t('the key "{key}" stands in it twice', key=self._repeated[0][:50]))
        if "\\u" in text:  # an escape can spell what no text holds
            try:
                plain = json.dumps(value, ensure_ascii=False).replace("\\\\", "")
            except RecursionError:
                return Unusable(text, t("nested too deeply"))
            if "\\u0000" in plain:
                return Unusable(text, t("a NUL byte"))
            if any("\ud800" <= character <= "\udfff" for character in plain):
                return Unusable(text, t("half a character (a lone surrogate)"))
        return value


def read_lines(stream: TextIO) -> Iterator[Found]:
    """One object on each line; a line that holds none costs itself alone."""
    reader, number = _Reader(), 0
    while line := stream.readline(LONGEST):
        number += 1
        if len(line) >= LONGEST and not line.endswith("\n"):
            while (rest := stream.readline(LONGEST)) and not rest.endswith("\n"):
                pass
            yield Found("", number, Unusable(line, t("longer than {count} characters", count=LONGEST)))
        elif line.strip():
            yield Found("", number, _record(reader, line.strip()))


def _record(reader: _Reader, text: str) -> dict[str, Any] | Unusable:
    """The object that ``text`` is."""
    try:
        value, end = reader.value(text)
    except ValueError:
        return Unusable(text, t("no valid JSON"))
    except RecursionError:
        return Unusable(text, t("nested too deeply"))
    if end < len(text):
        return Unusable(text, t("more than one value on the line"))
    return reader.record(value, text)


class _Text:
    """A text read piece by piece, of which only what is not yet understood is held."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._held, self._at, self._lines, self._ended = stream, "", 0, 1, False
        self._reader = _Reader()

    @property
    def line(self) -> int:
        """The line that is read now."""
        return self._lines + self._held.count("\n", 0, self._at)

    def peek(self) -> str:
        """The next character that is not blank, empty at the end."""
        while True:
            while self._at < len(self._held):
                character = self._held[self._at]
                if character not in _BLANK:
                    return character
                self._at += 1
            if not self._more():
                return ""

    def take(self, *expected: str) -> str:
        """The next character, which must be one of these."""
        character = self.peek()
        if not character or character not in expected:
            raise MalformedError(self.line)
        self._at += 1
        return character

    def value(self) -> tuple[Any, str]:
        """The next value and how it is spelled."""
        self.peek()
        while True:
            try:
                value, end = self._reader.value(self._held, self._at)
            except RecursionError:
                raise MalformedError(self.line) from None
            except ValueError:
                if len(self._held) - self._at > LONGEST or not self._more():
                    raise MalformedError(self.line) from None
                continue
            if end == len(self._held) and self._more():  # a number could go on
                continue
            text = self._held[self._at : end]
            self._at = end
            return value, text

    def record(self) -> dict[str, Any] | Unusable:
        """The next value as a record."""
        return self._reader.record(*self.value())

    def _more(self) -> bool:
        """Read on: as much again as is held, so that a long value is not tried too often."""
        if self._ended:
            return False
        self._lines += self._held.count("\n", 0, self._at)
        self._held, self._at = self._held[self._at :], 0
        chunk = self._stream.read(max(_CHUNK, len(self._held)))
        self._held += chunk
        self._ended = not chunk
        return bool(chunk)


def read_document(stream: TextIO) -> Iterator[Found | Beside]:
    """The records of a list, or of the lists in an object. Raises MalformedError; records are numbered from 1."""
    text = _Text(stream)
    if text.peek() == "[":
        yield from _list(text, "")
    else:
        yield from _around(text, "", 0)
    if text.peek():
        raise MalformedError(text.line)


def _list(text: _Text, name: str) -> Iterator[Found]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    row = 0
    while True:
        row += 1
        yield Found(name, row, text.record())
        if text.take(",", "]") == "]":
            return


def _around(text: _Text, name: str, depth: int) -> Iterator[Found | Beside]:
    """An object around lists: what stands in it beside them is given too."""
    text.take("{")
    if text.peek() == "}":
        text.take("}")
        return
    while True:
        key, _ = text.value()
        if not isinstance(key, str) or isinstance(key, Number):
            raise MalformedError(text.line)
        text.take(":")
        inner = f"{name}.{key}" if name else key
        if text.peek() == "[":
            yield from _list(text, inner)
        elif text.peek() == "{" and depth < _WRAPPED:
            yield from _around(text, inner, depth + 1)
        else:
            yield Beside(inner, text.value()[0])
        if text.take(",", "}") == "}":
            return
