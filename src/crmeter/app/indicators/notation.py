"""How names and values are written in TOML."""

from __future__ import annotations

import re
from typing import Any

from crmeter.app.settings.writing import quoted


def section_name(family: str, id: str) -> str:
    """A section as its heading is written."""
    return f"{family}.{id}" if re.fullmatch(r"[A-Za-z0-9_-]+", id) else f'{family}."{id}"'


def toml_value(value: Any) -> str:
    """A value as TOML writes it.

    >>> toml_value(("a", "b")), toml_value(0.05), toml_value(True)
    ('["a", "b"]', '0.05', 'true')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return str(value)
