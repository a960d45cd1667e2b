"""Names of raw tables and their columns, the same for every connector."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence


def snake(text: str) -> str:
    """Lower case words joined by underscores: ``OrderItems`` → ``order_items``."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    return re.sub(r"\W+", "_", plain).strip("_").lower()


def unique_headers(headers: Sequence[str]) -> list[str]:
    """Headers as spelled; empty ones become column_N, repeated ones get _2, _3. Upper and lower case are one name.

    >>> unique_headers(["id", "ID", "", "id"])
    ['id', 'ID_2', 'column_3', 'id_3']
    """
    taken = {"_file", "_row"}
    plain = [header.strip().replace("\0", "") or f"column_{place}" for place, header in enumerate(headers, start=1)]
    whole = {name.lower() for name in plain}
    found: list[str] = []
    for name in plain:
        unique, number = name, 1
        while unique.lower() in taken or (number > 1 and unique.lower() in whole):
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique.lower())
        found.append(unique)
    return found
