"""Columns of rows that a driver handed out, as the arrays that DuckDB hands out itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray


def array_of(values: Sequence[Any]) -> NDArray[Any]:
    """The values of a column: money as floats, days as instants, a masked array where a value is null."""
    if None in values:
        return np.ma.masked_array(np.array(values, object), [value is None for value in values])
    kinds = {type(value) for value in values}
    if kinds == {Decimal}:
        return np.array(values, float)
    if kinds and kinds <= {date, datetime}:
        return np.array(values, "datetime64[us]")
    return np.array(values, object if kinds == {str} else None)
