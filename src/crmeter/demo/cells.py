"""Numbers and positions as cells of a file. Unknown is an empty cell."""

from __future__ import annotations

from collections.abc import Sequence

from crmeter.demo.clock import Bools, Floats, Ints

Cells = list[str]


def names(of: Sequence[str], position: Ints) -> Cells:
    """The name at each position; empty at −1.

    >>> import numpy as np
    >>> names(("a", "b"), np.array([1, -1]))
    ['b', '']
    """
    known = [*of, ""]
    return [known[number] for number in position.tolist()]


def numbered(prefix: str, position: Ints, width: int = 6) -> Cells:
    """An id for each position, counted from one; empty at −1.

    >>> import numpy as np
    >>> numbered("C", np.array([0, -1]))
    ['C000001', '']
    """
    return [f"{prefix}{number + 1:0{width}d}" if number >= 0 else "" for number in position.tolist()]


def decimals(numbers: Floats, digits: int = 0) -> Cells:
    """Numbers with so many digits; empty for NaN.

    >>> import numpy as np
    >>> decimals(np.array([12.5, np.nan]), 2)
    ['12.50', '']
    """
    return ["" if number != number else f"{number:.{digits}f}" for number in numbers.tolist()]


def yes_no(flags: Bools) -> Cells:
    return ["是" if flag else "否" for flag in flags.tolist()]


def where(flags: Bools, cells: Cells, other: str = "") -> Cells:
    """The cell where the flag holds, else the other text."""
    return [cell if flag else other for flag, cell in zip(flags.tolist(), cells, strict=True)]


def taken(cells: Sequence[str], position: Ints) -> Cells:
    """The cells at these positions, in their order."""
    return [cells[number] for number in position.tolist()]
