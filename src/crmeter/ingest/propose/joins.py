"""Files that belong together: names that differ only by a date or number, and the same columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crmeter.ingest.propose.proposal import Join
from crmeter.ingest.source import RawTable

# A date or number in a name, with what separates it: _2025_01, -202501, 2025Q3, (2), 2025年3月, part 7.
_VARYING = r"[\s_\-.(（]*(?:part|no|q|w)?[\s_\-.]*\d+(?:[\s_\-.]*[年月日季qQ]?[\s_\-.]*\d*)*(?:[年月日季度]+)?[)）]?"


def find_joins(tables: Sequence[RawTable]) -> tuple[Join, ...]:
    """The groups of raw tables that are pieces of one."""
    groups: dict[tuple[str, frozenset[str]], list[RawTable]] = {}
    for table in tables:
        stem = re.sub(_VARYING, "*", table.name)
        if "*" in stem and len(table.files) == 1:
            groups.setdefault((stem, frozenset(column.casefold() for column in table.columns)), []).append(table)
    taken = {table.name for table in tables}
    joins: list[Join] = []
    for (stem, _), group in sorted(groups.items(), key=lambda entry: entry[0][0]):
        name = re.sub(r"_+", "_", stem.replace("*", "_")).strip("_") or "table"
        if len(group) < 2 or name in taken or any(name == join.table for join in joins):
            continue
        labels = tuple(sorted(file for table in group for file in table.files))
        joins.append(Join(name, _pattern(labels, stem), labels))
    return tuple(joins)


def _pattern(labels: tuple[str, ...], stem: str) -> str:
    """A glob of the files' names that has them all, or of the raw tables' where sheets and archives are among them."""
    names = [label.rsplit("/", 1)[-1] for label in labels]
    patterns = {re.sub(r"\*+", "*", re.sub(_VARYING, "*", name.partition(".")[0])) + _ending(name) for name in names}
    if len(patterns) == 1 and all("." in name for name in names):
        return patterns.pop()
    return stem


def _ending(name: str) -> str:
    dot = name.find(".")
    return name[dot:] if dot >= 0 else ""
