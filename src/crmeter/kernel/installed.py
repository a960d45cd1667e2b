"""Which versions of libraries are installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def version(name: str) -> str:
    """The version of a library, as its folder of metadata is named: asking for the metadata costs more than this."""
    found = find_spec(name)
    if found is None or found.origin is None:
        return "absent"
    place = Path(found.origin).parent.parent
    told = sorted(each.name for each in place.glob(f"{name}*.dist-info"))
    return ", ".join(told) or str(Path(found.origin).stat().st_mtime_ns)
