"""How the columns of a mapping become canonical on a server: the words of choices are looked up, all else is checked.

Texts are read as ISO 8601 and as plain numbers there, and as nothing else: a column that mostly is something else is an
error that says so, a value that is something else is quarantined.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

from crmeter.ingest.conversion import column_types
from crmeter.ingest.formats import words
from crmeter.ingest.formats.clean import MISSING, NO_DATE, narrow
from crmeter.ingest.in_place.site import Site
from crmeter.ingest.validation import RAW
from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.table import Column, Kind, Table
from crmeter.warehouse.identifier import quoted

_TEXTS = (Kind.KEY, Kind.REF, Kind.TEXT)
_NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
_MANY = 1_000  # different values of a column of words


@dataclass
class Columns:
    """SQL of what is stored, over the mapped rows (``inner``, with the values as they came) and over those."""

    inner: list[tuple[str, str]] = field(default_factory=list)
    outer: list[tuple[str, str]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads the columns of the temporary table ``mapped``, whose columns have ``types``."""

    site: Site
    mapped: str
    types: Mapping[str, str]
    rules: Rules

    def columns(self, table: Table) -> Columns:
        found = Columns()
        canonical = {column.name for column in table.columns}
        for column in table.columns:
            if column.name in self.types:
                self._column(found, table, column)
            else:
                found.outer.extend((name, self.site.typed("NULL", kind)) for name, kind in column_types(column))
        for name, kind in self.types.items():
            if name not in canonical:
                found.attributes[name] = kind
                found.inner.append((name, self.site.attribute(quoted(name), kind)))
                found.outer.append((name, quoted(name)))
        return found

    def _column(self, found: Columns, table: Table, column: Column) -> None:
        text = self.site.text(quoted(column.name), self.types[column.name])
        missing = f"{text} IS NULL" if column.kind in _TEXTS else self._is_missing(text, column.kind)
        converted = dict(self._converted(found, table, column, text))
        found.inner.append((RAW + column.name, f"CASE WHEN {missing} THEN NULL ELSE {text} END"))
        found.inner.extend(converted.items())
        found.outer.extend((name, quoted(name)) for name in converted)
        if column.kind not in _TEXTS:
            self._require_most(found, f"{table.name}.{column.name}", column.kind, missing, converted[column.name])

    def _is_missing(self, text: str, kind: Kind) -> str:
        said = (*MISSING, *NO_DATE) if kind in (Kind.INSTANT, Kind.DATE) else MISSING
        listed = ", ".join(self.site.literal(word) for word in said if word)
        return f"coalesce(lower({text}) IN ({listed}), true)"

    def _converted(self, found: Columns, table: Table, column: Column, text: str) -> Iterator[tuple[str, str]]:
        """The stored columns of a column."""
        site, name, kind, zone = self.site, quoted(column.name), self.types[column.name], self.rules.timezone
        match column.kind:
            case Kind.INSTANT:
                moment = site.moment(name, kind, zone)
                yield column.name, moment
                yield column.business_date, site.day_of(f"({moment})", zone)
            case Kind.DATE:
                yield column.name, site.day(name, kind, zone)
            case Kind.MONEY:
                yield column.name, site.money(name, kind)
            case Kind.NUMBER:
                yield column.name, site.number(name, kind)
            case Kind.INTEGER:
                yield column.name, site.whole(name, kind)
            case Kind.FLAG | Kind.CURRENCY | Kind.CHOICE:
                yield column.name, self._word(found, table, column, text)
            case _:
                yield column.name, text

    def _word(self, found: Columns, table: Table, column: Column, text: str) -> str:
        """The words of a column looked up one by one, as every load reads them."""
        kind = "BOOLEAN" if column.kind is Kind.FLAG else "VARCHAR"
        if kind == "BOOLEAN" and self.types[column.name] == "BOOLEAN":
            return quoted(column.name)
        rows = self.site.rows(
            f"SELECT DISTINCT {text} AS word FROM {quoted(self.mapped)} WHERE {text} IS NOT NULL LIMIT {_MANY + 1}"
        )
        if len(rows) > _MANY:
            found.problems.append(
                Problem(
                    t(
                        "{column} has more than {count} different values.",
                        column=f"{table.name}.{column.name}",
                        count=_MANY,
                    ),
                    next=t("Mend the mapping of this column."),
                )
            )
            return self.site.typed("NULL", kind)
        known = _looked_up([str(word) for (word,) in rows], column)
        literal = self.site.literal
        cases = "".join(
            f" WHEN {literal(said)} THEN {meant if kind == 'BOOLEAN' else literal(meant)}"
            for said, meant in known.items()
        )
        return f"CASE {text}{cases} ELSE NULL END" if cases else self.site.typed("NULL", kind)

    def _require_most(self, found: Columns, column: str, kind: Kind, missing: str, value: str) -> None:
        """A column of which most values do not fit was not meant so."""
        if kind not in (Kind.INSTANT, Kind.DATE, *_NUMBERS):
            return
        [(total, fitting)] = self.site.rows(
            f"SELECT count(*), count({value}) FROM {quoted(self.mapped)} WHERE NOT ({missing})"
        )
        if total > 2 * fitting:
            shape = t("dates such as 2025-03-01 14:30") if kind in (Kind.INSTANT, Kind.DATE) else t("plain numbers")
            found.problems.append(
                Problem(
                    t("{column}: {count} of {total} values are no {shape}.",
                      column=column, count=total - fitting, total=total, shape=shape),
                    t("On a server no other form is read."),
                    t("Give the column a type there, in a view."),
                )
            )  # fmt: skip


def _looked_up(values: list[str], column: Column) -> dict[str, str]:
    """What each value means, for those that mean something."""
    text = narrow("v")
    if column.kind is Kind.FLAG:
        sql = words.flag(text)
    else:
        sql = words.currency(text) if column.kind is Kind.CURRENCY else words.choice(text, column.choices)
    with duckdb.connect(config={"enable_external_access": "false"}) as con:
        rows = con.execute(
            f"SELECT v, CAST({sql} AS VARCHAR) FROM (SELECT unnest(from_json($values::JSON, '[\"VARCHAR\"]')) AS v)",
            {"values": json.dumps(values)},
        ).fetchall()
    return {value: meant for value, meant in rows if meant is not None}
