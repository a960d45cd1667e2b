"""The encoding of a text file, decided over the whole file and never guessed: undecidable ones are asked for."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from crmeter.connectors.files.frequent import FREQUENT
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

UNDECODABLE = "\udcff"  # stands for a byte that can't be decoded; no decoder makes it from real text
_MARKING = "crmeter.undecodable"
_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SUPERSETS = {"big5": "cp950", "gb2312": "gb18030", "gbk": "gb18030", "utf-8": "utf-8-sig", "ascii": "utf-8-sig"}
_NOT_TEXT = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "mbcs", "oem")

TOLERATED = 0.05  # undecodable bytes per foreign character: a damaged file, not another encoding
_LIKELY = 0.25  # share of frequent characters in text that was read rightly, at the least
_POSSIBLE = 0.12
_APART = 2.0  # how many times as frequent the right reading's characters are


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE * (error.end - error.start), error.end


codecs.register_error(_MARKING, _mark)


@dataclass(frozen=True)
class Reading:
    """How a file looks under one encoding: undecodable bytes, letters beyond ASCII, and how many are frequent ones."""

    codec: str
    errors: int
    characters: int
    letters: int
    frequent: int

    @property
    def share(self) -> float:
        return self.frequent / self.letters if self.letters else 0.0

    @property
    def is_sound(self) -> bool:
        """Nearly everything could be decoded."""
        return self.errors <= TOLERATED * self.letters


def open_text(path: Path, codec: str) -> TextIO:
    """The file as text; bytes that can't be decoded come as UNDECODABLE. Line ends stay as they are."""
    return path.open(encoding=codec, errors=_MARKING, newline="")


def decide_encoding(path: Path, label: str, given: str | None) -> str:
    """The codec to read ``path`` with. Raises UserError where two encodings fit, or none, or not the given one."""
    if given:
        return _check_given(path, label, known_codec(given))
    with path.open("rb") as file:
        start = file.read(4)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return codec
    if _is_utf8(path):
        return "utf-8"
    unicode = _read(path, "utf-8")
    if unicode.letters >= 10 and unicode.is_sound:
        return "utf-8"
    return decide_chinese(lambda codec: _read(path, codec), label)


def known_codec(given: str) -> str:
    """Python's codec for an encoding's name, the superset where people name the subset (gb2312 → gb18030)."""
    try:
        codec = codecs.lookup(given.strip()).name
    except (LookupError, ValueError):
        codec = "undefined"
    if codec in _NOT_TEXT or not getattr(codecs.lookup(codec), "_is_text_encoding", True):
        raise UserError.of(
            t('There is no text encoding "{encoding}".', encoding=given),
            next=t("Use utf-8, utf-16, big5, big5hkscs, gb18030 or another name of an encoding."),
        )
    return _SUPERSETS.get(codec, codec)


def decide_chinese(read: Callable[[str], Reading], label: str) -> str:
    """Big5 or GB18030, by how frequent the characters are that each of them gives."""
    big5 = read("cp950")
    if big5.errors:
        big5 = min(big5, read("big5hkscs"), key=lambda reading: reading.errors)
    gb = read("gb18030")
    better, worse = sorted((big5, gb), key=lambda reading: reading.share, reverse=True)
    stands_out = better.share >= _LIKELY and better.share >= _APART * worse.share
    alone = better.share >= _POSSIBLE and not worse.is_sound
    if better.is_sound and (stands_out or alone):
        return better.codec
    raise UserError.of(
        t(
            "{file}: its encoding can't be told. It is not UTF-8, and as Big5 or GB18030 it is no likely text.",
            file=label,
        ),
        t("Read under the wrong encoding, names and notes would be wrong without a sign of it."),
        t('Set encoding for this source in crmeter.toml, such as "big5", "gb18030" or "cp1252".'),
    )


def _is_utf8(path: Path) -> bool:
    """Every byte of the file is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _check_given(path: Path, label: str, codec: str) -> str:
    reading = _read(path, codec)
    if reading.is_sound or reading.errors <= reading.characters / 100:  # the few are quarantined, row by row
        return codec
    raise UserError.of(
        t("{file}: {count} bytes can't be read as {encoding}.", file=label, count=reading.errors, encoding=codec),
        t("Nearly every name and note would be wrong."),
        t("Correct encoding for this source in crmeter.toml, or leave it out to have it decided."),
    )


def _read(path: Path, codec: str) -> Reading:
    with path.open("rb") as file:
        return _measure(file, codec)


def measure_bytes(data: bytes, codec: str) -> Reading:
    """A :class:`Reading` of ``data``."""
    decoder = codecs.getincrementaldecoder(codec)(_MARKING)
    return _reading(codec, Counter(decoder.decode(data, True)))


def _measure(file: IO[bytes], codec: str) -> Reading:
    decoder = codecs.getincrementaldecoder(codec)(_MARKING)
    counts: Counter[str] = Counter()
    while True:
        chunk = file.read(_CHUNK)
        text = decoder.decode(chunk, not chunk)
        if text.isascii():
            counts[" "] += len(text)
        else:
            counts.update(text)
        if not chunk:
            return _reading(codec, counts)


def _reading(codec: str, counts: Counter[str]) -> Reading:
    errors = counts.pop(UNDECODABLE, 0)
    characters = counts.total()
    letters = frequent = 0
    for character, count in counts.items():
        if not _is_foreign_letter(character):
            continue
        letters += count
        frequent += count if character in FREQUENT else 0
    return Reading(codec, errors, characters, letters, frequent)


def _is_foreign_letter(character: str) -> bool:
    """Beyond ASCII and no punctuation or full-width form, which both encodings share."""
    point = ord(character)
    return point > 0xA0 and not (0x2000 <= point < 0x2070 or 0x3000 <= point < 0x3040 or point >= 0xFF00)
