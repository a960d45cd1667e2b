"""Text as a document can hold it: no control characters, no single word wider than a page, nothing endless."""

from __future__ import annotations

import re
from collections.abc import Collection

# what no XML or PDF may hold, and what turns the direction of the text after it
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_ENDLESS = re.compile(r"[!-~\u00a1-\u2fff]{25,}")
_AFTER = re.compile(r"(?<=[._/,;:@-])(?=[^\s._/,;:@-])")
BREAK = "\u200b"  # a place where a line may end, which is not seen
MOST = 1000  # characters of one text on paper; no text of ours is as long
_LIKE = {"✕": "×", "◔": "◑", "\ufffd": "?"}


def clean(text: str) -> str:
    """The text on one line, what no document can hold replaced."""
    return " ".join(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).split())


def printable(text: str, glyphs: Collection[int]) -> str:
    """The text as fonts with these glyphs print it: a question mark for what they lack, long words may be broken."""
    plain = clean(text)
    if len(plain) > MOST:
        plain = plain[: MOST - 1] + "…"
    return _ENDLESS.sub(lambda found: _breakable(found.group()), drawable(plain, glyphs))


def drawable(text: str, glyphs: Collection[int]) -> str:
    """The text with what the fonts lack replaced, by what is like it where there is something."""
    said = (sign if ord(sign) in glyphs else _LIKE.get(sign, "?") for sign in text)
    return "".join(said)


def _breakable(word: str) -> str:
    """A long word with places to break it: after its signs, and every 20 characters where it has none."""
    pieces = [piece[i : i + 20] for piece in _AFTER.split(word) for i in range(0, len(piece), 20)]
    return BREAK.join(pieces)
