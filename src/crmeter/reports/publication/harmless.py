"""Text that a spreadsheet would take for a formula."""

from __future__ import annotations

from typing import Any

# the full-width signs are formulas too in spreadsheets of East Asia
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def looks_like_formula(cell: Any) -> bool:
    """Whether a spreadsheet might run a cell."""
    return isinstance(cell, str) and cell.startswith(FORMULA)


def harmless(cell: Any) -> Any:
    """A cell as it is written: text that a spreadsheet would take for a formula gets an apostrophe before it.

    >>> harmless("=1+1"), harmless(-2.5), harmless("web"), harmless(None), harmless(True)
    ("'=1+1", -2.5, 'web', '', 'true')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"'{cell}" if looks_like_formula(cell) else cell
