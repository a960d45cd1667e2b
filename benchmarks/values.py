"""What the sides of the panel come to: every value of one against that of another."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Key = tuple[str, str, str, str | None]  # KPI, month, attribute or "total", its value
Values = dict[Key, float | None]
Table = tuple[list[str], list[tuple[Any, ...]]]  # the names of the columns, and the rows
TOTAL_ONLY = ("cac",)  # spend has no customers, so it cannot be split by what they are


def of_ours(found: Iterable[Any]) -> list[Values]:
    """The values, and the standard errors of those that have an interval."""
    values: Values = {}
    errors: Values = {}
    reach = 2 * statistics.NormalDist().inv_cdf(0.975)
    for value in found:
        name, of = next(iter(value.by.items()), ("total", None))
        key = (value.kpi, str(value.start), name, of)
        values[key] = value.value
        errors[key] = None if value.low is None or value.high is None else (value.high - value.low) / reach
    return [values, errors]


def by_hand(found: Iterable[Table]) -> list[Values]:
    """The values, and the standard errors where they were asked for too."""
    return [
        {
            (column, str(row[0]), row[1], row[2]): number
            for row in rows
            for column, number in zip(columns[3:], row[3:], strict=True)
            if row[1] == "total" or column not in TOTAL_ONLY
        }
        for columns, rows in found
    ]


READ: Mapping[str, Callable[[Any], list[Values]]] = {
    "ours": of_ours,
    "by hand": by_hand,
    "values only": by_hand,
    "one query per KPI": lambda found: [found],
}


def different(found: Mapping[str, Sequence[Values]]) -> list[str]:
    """What differs between the sides that are there: values and the errors that come from customers; and the values of
    one query for each KPI, in which every group has all that is asked."""
    wrong = []
    for what, ours, theirs in zip(("value", "error"), found["ours"], found["by hand"], strict=True):
        keys = theirs if what == "error" else {*ours, *theirs}
        wrong += _told(f"{what} of ours", {key: ours[key] for key in keys if key in ours}, theirs)
        # a group with nothing to count is left out by us, and is 0 or undefined by hand
        wrong += [f"no {what} of ours for {key}: {theirs[key]}" for key in keys - ours.keys() if theirs[key]]
    if "one query per KPI" in found:
        wrong += _told("one query", found["one query per KPI"][0], found["by hand"][0])
    return wrong


def _told(named: str, one: Values, two: Values) -> list[str]:
    wrong = [
        f"{named} for {key}: {one[key]}, by hand {two.get(key)}" for key in one if not equal(one[key], two.get(key))
    ]
    print(f"{named}: {len(one)} compared, {len(wrong)} differ")
    return wrong


def equal(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return abs(float(one) - float(two)) <= 1e-8 * max(1.0, abs(float(one)))
