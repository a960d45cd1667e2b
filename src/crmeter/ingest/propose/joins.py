"""Files that belong together: names that differ only by a date or number, and the same columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from glob import escape

from crmeter.ingest.propose.proposal import Join
from crmeter.ingest.source import RawTable

# A date or number in a name, with what separates it: _2025_01, -202501, 2025Q3, (2), 2025年3月, part 7.
_VARYING = r"[\s_\-.(（]*(?:part|no|q|w)?[\s_\-.]*\d+(?:[\s_\-.]*[年月日季qQ]?[\s_\-.]*\d+)*[年月日季度]*[)）]?"


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
        pattern = _pattern([label.rsplit("/", 1)[-1] for label in labels]) or _pattern([t.name for t in group])
        if pattern and not any(_matches(table, pattern) for table in tables if table not in group):
            joins.append(Join(name, pattern, labels))
    return tuple(joins)


def _pattern(names: Sequence[str]) -> str:
    """A glob that has all ``names``, and later ones of the kind; empty if they begin or end differently.

    >>> _pattern(["orders_2025-01.csv", "orders_2025-02.csv"])
    'orders_[0-9]*.csv'
    """
    patterns = set()
    if len(set(names)) < len(names):
        return ""
    for name in names:
        match = re.search(_VARYING, name)
        if match is None or (match.start() == 0 and match.end() == len(name)):
            return ""
        digit = match.start() + len(re.match(r"\D*", match.group()).group())  # type: ignore[union-attr]
        before, behind = name[:digit], re.sub(r"^[_\-. (（]*$", "", name[match.end() :])
        patterns.add(f"{escape(before)}[0-9]*{escape(behind)}")
    return patterns.pop() if len(patterns) == 1 else ""


def _matches(table: RawTable, pattern: str) -> bool:
    names = [table.name, *(part for file in table.files for part in (file, file.rsplit("/", 1)[-1]))]
    return any(fnmatchcase(name.lower(), pattern.lower()) for name in names)
