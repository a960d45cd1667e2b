"""Which characters the fonts can draw, so that a printed page shows a question mark where they lack one, not a box."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

_UNICODE = (3, 10)  # the table of a TrueType file that maps all of Unicode, in groups of characters that follow


@cache
def covered(folder: Path) -> frozenset[int]:
    """The characters that some regular font of ``folder`` has a glyph for."""
    return frozenset(sign for path in sorted(folder.glob("*400Regular.ttf")) for sign in _of(path))


def _of(path: Path) -> set[int]:
    data = path.read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    places = {tag: at for tag, _, at, _ in (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(tables))}
    start = places[b"cmap"]
    for i in range(struct.unpack_from(">H", data, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * i)
        if (platform, encoding) == _UNICODE:
            groups = struct.unpack_from(">I", data, start + offset + 12)[0]
            runs = (struct.unpack_from(">III", data, start + offset + 16 + 12 * g) for g in range(groups))
            return {sign for first, last, _ in runs for sign in range(first, last + 1)}
    return set()
