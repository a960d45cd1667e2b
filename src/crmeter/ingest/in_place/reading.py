"""How the columns of a mapping become canonical on a server: the words of choices are looked up, all else is checked.

Texts are read as dates with the year first and as plain numbers there, and as nothing else: a column that mostly is
something else is an error that says so, a value that is something else is quarantined.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

from crmeter.ingest.conversion import column_types
from crmeter.ingest.formats import words
from crmeter.ingest.formats.clean import MISSING, NO_DATE, narrow
from crmeter.ingest.in_place.site import CLEAN, YEAR_FIRST, Site
from crmeter.ingest.validation import RAW
from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.table import Column, Kind, Table
from crmeter.warehouse.identifier import quoted

_TEXTS = (Kind.KEY, Kind.REF, Kind.TEXT)
_DATES = (Kind.INSTANT, Kind.DATE)
_NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
_MANY = 1_000  # different values of a column of words
_ISO = "~iso "
"""Before the name of a column of dates as text: the text in the one form that is read."""


def cleaned(site: Site, table: Table, types: Mapping[str, str], mapped: str) -> str:
    """A SELECT of the rows of ``mapped``, texts CLEAN, with those of dates in the one form that is read."""
    found = [f"{_clean(site, name, kind)} AS {quoted(name)}" for name, kind in types.items()]
    for column in table.columns:
        if _is_dated_text(column, types):
            text = _clean(site, column.name, "VARCHAR")
            for pattern, by in YEAR_FIRST:
                text = site.replaced(text, pattern, by)
            found.append(f"{text} AS {quoted(_ISO + column.name)}")
    return f"SELECT {', '.join(found)} FROM {quoted(mapped)}"


def _clean(site: Site, name: str, kind: str) -> str:
    return site.text(quoted(name), kind) if kind == "VARCHAR" else quoted(name)


def _is_dated_text(column: Column, types: Mapping[str, str]) -> bool:
    return column.kind in _DATES and types.get(column.name) == "VARCHAR"


@dataclass
class Columns:
    """SQL of what is stored, over the mapped rows (``inner``, with the values as they came) and over those."""

    inner: list[tuple[str, str]] = field(default_factory=list)
    outer: list[tuple[str, str]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads the columns of the temporary table ``rows``, which :func:`cleaned` made; those of the mapping have
    ``types``."""

    site: Site
    rows: str
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
        text = self.site.text(quoted(column.name), self._kind(column.name))
        missing = f"{text} IS NULL" if column.kind in _TEXTS else self._is_missing(text, column.kind)
        converted = dict(self._converted(found, table, column, text))
        found.inner.append((RAW + column.name, f"CASE WHEN {missing} THEN NULL ELSE {text} END"))
        found.inner.extend(converted.items())
        found.outer.extend((name, quoted(name)) for name in converted)
        if column.kind is Kind.INSTANT:
            found.outer.append((column.business_date, self.site.day_of(quoted(column.name), self.rules.timezone)))

    def _kind(self, name: str) -> str:
        """The type of a column in ``rows``."""
        kind = self.types[name]
        return CLEAN if kind == "VARCHAR" else kind

    def _is_missing(self, text: str, kind: Kind) -> str:
        said = (*MISSING, *NO_DATE) if kind in _DATES else MISSING
        listed = ", ".join(self.site.literal(word) for word in said if word)
        return f"coalesce(lower({text}) IN ({listed}), true)"

    def _converted(self, found: Columns, table: Table, column: Column, text: str) -> Iterator[tuple[str, str]]:
        """What is stored of a column; the business date of an instant follows from that."""
        site, kind, zone = self.site, self._kind(column.name), self.rules.timezone
        name = quoted((_ISO if _is_dated_text(column, self.types) else "") + column.name)
        match column.kind:
            case Kind.INSTANT:
                yield column.name, site.moment(name, kind, zone)
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
            f"SELECT DISTINCT {text} AS word FROM {quoted(self.rows)} WHERE {text} IS NOT NULL LIMIT {_MANY + 1}"
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


def unfit(site: Site, table: Table, given: Container[str], converted: str) -> Iterator[Problem]:
    """Columns of ``converted`` of which most values do not fit: they were not meant so."""
    columns = [c for c in table.columns if c.name in given and c.kind in (*_DATES, *_NUMBERS)]
    counts = [f"count({quoted(RAW + c.name)}), count({quoted(c.name)})" for c in columns]
    row = site.rows(f"SELECT {', '.join(counts)} FROM {quoted(converted)}")[0] if columns else ()
    for column, total, fitting in zip(columns, row[::2], row[1::2], strict=True):
        if total <= 2 * fitting:
            continue
        shape = t("dates such as 2025-03-01 14:30") if column.kind in _DATES else t("plain numbers")
        name = f"{table.name}.{column.name}"
        yield Problem(
            t("{column}: {count} of {total} values are no {shape}.",
              column=name, count=total - fitting, total=total, shape=shape),
            t("On a server no other form is read."),
            t("Give the column a type there, in a view."),
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
