"""What a user is asked where the values of a column do not say how to read them."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from crmeter.ingest.formats.choose import Choice, Outcome
from crmeter.ingest.formats.clean import literal
from crmeter.ingest.formats.moments import NAMES
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.table import Kind

_SHOWN = 5
_SHORT = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?$"


def require_some(con: duckdb.DuckDBPyConnection, values: str, column: str, chosen: Choice) -> Choice:
    """``chosen``, the reading a user gave, unless not one value fits it."""
    if chosen.fitting or not chosen.values:
        return chosen
    raise UserError.of(
        t(
            "{column}: none of its {count} dates fits the format {format}.",
            column=column,
            count=chosen.values,
            format=chosen.reading.name,
        )
        + " "
        + _example(con, values, chosen),
        t("Every row of this table would be quarantined."),
        _set_format(column),
    )


def require_one(con: duckdb.DuckDBPyConnection, values: str, column: str, chosen: Choice, kind: Kind) -> Choice:
    """``chosen``, unless most values fit no reading, or two readings fit alike."""
    if chosen.outcome is Outcome.NONE:
        found = (column, chosen.values - chosen.fitting, chosen.values)
        what = _no_dates(*found) if kind is Kind.DATE else _no_numbers(*found)
        raise UserError.of(
            f"{what} {_example(con, values, chosen)}",
            t("They would be missing from every KPI of this source."),
            _set_format(column) if kind is Kind.DATE else t("Mend the file or the mapping of this column."),
        )
    if chosen.outcome is Outcome.AMBIGUOUS:
        raise _two_fit(con, column, chosen, kind)
    return chosen


def short_year(con: duckdb.DuckDBPyConnection, values: str, column: str) -> UserError:
    """Years of two digits: no order of day, month and year is sure."""
    row = con.execute(f"SELECT min(v) FROM ({values}) WHERE regexp_matches(v, {literal(_SHORT)})").fetchall()[0]
    return UserError.of(
        t('{column}: its years have two digits (such as "{example}").', column=column, example=row[0]),
        t("They may be years of this or the last century or of the Republic of China, in any place of the date."),
        t(
            'Set formats = {{"{column}" = "%d/%m/%y"}} (or "%m/%d/%y", "%y/%m/%d", "roc") in crmeter.toml.',
            column=column,
        ),
    )


def bad_format(column: str, given: str) -> UserError:
    """A format that DuckDB does not know."""
    return UserError.of(
        t('{column}: "{format}" is no date format.', column=column, format=given),
        next=t('Use codes such as "%d/%m/%Y", or one of {names}.', names=", ".join(NAMES)),
    )


def mixed_currencies(column: str, signs: list[str]) -> UserError:
    """Amounts that say different currencies must not become one column of numbers."""
    return UserError.of(
        t("{column} holds amounts in several currencies: {signs}.", column=column, signs=", ".join(signs)),
        t("Added up as one they would be wrong."),
        t("Split them in the mapping: the sign becomes the column currency, the rest the amount."),
    )


def no_choice(con: duckdb.DuckDBPyConnection, values: str, column: str, choices: tuple[str, ...]) -> UserError:
    """Not one value is one of the choices."""
    rows = con.execute(f"SELECT v FROM ({values}) GROUP BY v ORDER BY count(*) DESC, v LIMIT {_SHOWN}").fetchall()
    found = ", ".join(f'"{row[0]}"' for row in rows)
    return UserError.of(
        t(
            "{column}: none of its values is one of {choices} (found {found}).",
            column=column,
            choices=", ".join(choices),
            found=found,
        ),
        t("Every row of this table would be quarantined."),
        t("Translate them in the mapping: CASE … WHEN … THEN … END."),
    )


def _two_fit(con: duckdb.DuckDBPyConnection, column: str, chosen: Choice, kind: Kind) -> UserError:
    other = chosen.other or chosen.reading
    one, two = (_read(con, chosen.example, reading.sql) for reading in (chosen.reading, other))
    what = t(
        '{column}: "{example}" may be {one} ({first}) or {two} ({second}); its {count} values fit both alike.',
        column=column,
        example=chosen.example,
        one=one,
        first=chosen.reading.name,
        two=two,
        second=other.name,
        count=chosen.values,
    )
    if kind is not Kind.DATE:
        again = t("Set {one} or {two} for this source in crmeter.toml.", one=chosen.reading.setting, two=other.setting)
        return UserError.of(
            what, t("Read the wrong way, amounts would be a thousand times too large or too small."), again
        )
    again = t(
        'Set formats = {{"{column}" = "{one}"}} or "{two}" for this source in crmeter.toml.',
        column=column,
        one=chosen.reading.name,
        two=other.name,
    )
    return UserError.of(what, t("Read the wrong way, every KPI would fall into wrong periods."), again)


def _read(con: duckdb.DuckDBPyConnection, example: str, sql: Callable[[str], str]) -> str:
    value = con.execute(f"SELECT CAST({sql(literal(example))} AS VARCHAR)").fetchall()[0][0]
    return str(value).removesuffix(" 00:00:00")


def _example(con: duckdb.DuckDBPyConnection, values: str, chosen: Choice) -> str:
    row = con.execute(f"SELECT v FROM ({values}) WHERE {chosen.reading.sql('v')} IS NULL LIMIT 1").fetchall()
    return t('(first: "{value}")', value=str(row[0][0])[:80]) if row else ""


def _no_dates(column: str, count: int, total: int) -> str:
    return t("{column}: {count} of {total} values can't be read as dates.", column=column, count=count, total=total)


def _no_numbers(column: str, count: int, total: int) -> str:
    return t("{column}: {count} of {total} values can't be read as numbers.", column=column, count=count, total=total)


def _set_format(column: str) -> str:
    return t(
        'Mend the file or the mapping, or set formats = {{"{column}" = "%d/%m/%Y"}} in crmeter.toml.', column=column
    )
