"""Decides how a column is read, and says so."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from crmeter.ingest.formats import moments, numbers, questions, words
from crmeter.ingest.formats.choose import Choice, choose
from crmeter.ingest.formats.clean import NO_DATE, as_text, is_missing, let, literal, narrow, quoted
from crmeter.ingest.formats.clock import in_range, local_date, to_utc
from crmeter.ingest.formats.reading import Reading
from crmeter.ingest.formats.traits import Traits, look
from crmeter.kernel.messages import t
from crmeter.model.table import Kind

_WORDS = (Kind.KEY, Kind.REF, Kind.TEXT)
_NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
_FEW = 100  # different values of a column of words


@dataclass(frozen=True)
class Decision:
    """How a column is read.

    ``sql`` converts the column (quoted, unqualified) to its canonical type and is NULL where a value does not fit;
    ``missing`` is true where there is no value to begin with, so a row is at fault where ``sql`` is NULL and
    ``missing`` is not true. ``date_sql``, of instants alone, is the business date. None of them ever raises.
    ``format`` is the label to keep, ``said`` the sentence for people, empty where nothing was decided.
    """

    format: str
    sql: str
    missing: str
    said: str = ""
    date_sql: str = ""


@dataclass(frozen=True)
class _Column:
    """A column to decide on. ``relation`` is SQL that can stand behind FROM."""

    con: duckdb.DuckDBPyConnection
    relation: str
    name: str
    setting: str  # how settings and messages call it: order.ordered_at
    type: str  # of DuckDB

    @property
    def text(self) -> str:
        return as_text(quoted(self.name), self.type)

    def values(self, text: str, extra: tuple[str, ...] = ()) -> str:
        """A relation of ``text`` as v, values that say that there is none left out."""
        return f"SELECT {text} AS v FROM {self.relation} WHERE NOT {is_missing(self.text, extra)}"


def decide(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    column: str,
    kind: Kind,
    *,
    given: str | None = None,
    decimal_mark: str | None = None,
    zone: str = "UTC",
    business_zone: str | None = None,
    choices: tuple[str, ...] = (),
    setting: str = "",
) -> Decision:
    """How ``column`` of ``relation`` (SQL that can stand behind FROM) is read as ``kind``.

    ``given`` is a date format of the settings (strptime, or one of ymd, dmy, mdy, roc, excel, unix), ``decimal_mark``
    "." or ",". Naive times are in ``zone``; business dates in ``business_zone`` (``zone`` if None). ``setting`` names
    the column in messages and settings: ``order.ordered_at``. Raises UserError where two readings fit, or none.
    """
    described = con.execute(f"DESCRIBE SELECT {quoted(column)} FROM {relation}").fetchall()
    it = _Column(con, relation, column, setting or column, str(described[0][1]))
    if kind in (Kind.INSTANT, Kind.DATE):
        return _decide_moment(it, kind, given, zone, business_zone or zone)
    if kind in _NUMBERS:
        return _decide_number(it, kind, decimal_mark)
    text = it.text
    if kind in _WORDS:
        return Decision("text", text, f"{text} IS NULL")
    return _decide_word(it, kind, choices)


def _decide_moment(it: _Column, kind: Kind, given: str | None, zone: str, business_zone: str) -> Decision:
    column = quoted(it.name)
    empty = f"{column} IS NULL"
    if it.type == "TIMESTAMP WITH TIME ZONE":
        return _moment(it, kind, "typed", empty, in_range(f"timezone('UTC', {column})"), "UTC", business_zone)
    if it.type == "DATE" or it.type.startswith("TIMESTAMP"):
        return _moment(it, kind, "typed", empty, in_range(f"TRY_CAST({column} AS TIMESTAMP)"), zone, business_zone)
    missing = is_missing(it.text, NO_DATE)
    raw = it.values(it.text, NO_DATE)
    quick = None if given else _all_fit(it.con, raw, moments.ISO)
    if quick:
        said = _said(it, moments.ISO) if quick > 1 else ""
        return _moment(it, kind, moments.ISO.name, missing, moments.ISO.sql(it.text), zone, business_zone, said)
    text, traits = it.text, look(it.con, raw, moments.OFFSET)
    if traits.wide:
        text = narrow(it.text)
        traits = look(it.con, it.values(text, NO_DATE), moments.OFFSET)
    plain = moments.plain_time(text) if traits.halves else text
    plain = moments.without_offset(plain) if traits.offsets else plain
    chosen = _choose_moment(it, it.values(plain, NO_DATE), traits, given)
    naive, name, said = chosen.reading.sql(plain), chosen.reading.name, _said(it, chosen.reading)
    if name in (moments.UNIX, moments.UNIX_MS):
        return _moment(it, kind, name, missing, naive, "UTC", business_zone, said)
    if not traits.offsets:
        return _moment(it, kind, name, missing, naive, zone, business_zone, said)
    minutes = moments.offset_minutes(text)
    stated = f"CASE WHEN _minutes IS NULL THEN {to_utc(naive, zone)} ELSE {naive} - to_minutes(_minutes) END"
    return _moment(
        it, kind, f"{name} with offset", missing, let("_minutes", minutes, stated), "UTC", business_zone, said
    )


def _moment(
    it: _Column, kind: Kind, label: str, missing: str, naive: str, zone: str, business_zone: str, said: str = ""
) -> Decision:
    """The decision for a local time of ``zone``; one without a time is its midnight."""
    utc = to_utc(naive, zone)
    on = f"CAST({naive} AS DATE)" if zone == business_zone else local_date(utc, business_zone)
    if kind is Kind.DATE:
        return Decision(label, on, missing, said)
    return Decision(label, utc, missing, said, on)


def _all_fit(con: duckdb.DuckDBPyConnection, values: str, reading: Reading) -> int:
    """1 if there are no values, 2 if all of them fit, else 0."""
    total, fitting = con.execute(f"SELECT count(*), count({reading.sql('v')}) FROM ({values})").fetchall()[0]
    return 0 if fitting < total else 2 if total else 1


def _choose_moment(it: _Column, values: str, traits: Traits, given: str | None) -> Choice:
    if given:
        return questions.require_some(it.con, values, it.setting, choose(it.con, values, [_check_format(it, given)]))
    chosen = choose(it.con, values, moments.readings(traits))
    if traits.short_years > chosen.fitting:
        raise questions.short_year(it.con, values, it.setting)
    return questions.require_one(it.con, values, it.setting, chosen, Kind.DATE)


def _check_format(it: _Column, given: str) -> Reading:
    reading = moments.given_reading(given)
    try:
        it.con.execute(f"SELECT {reading.sql(literal('2025'))}").fetchall()
    except duckdb.Error:
        raise questions.bad_format(it.setting, given) from None
    return reading


def _decide_number(it: _Column, kind: Kind, mark: str | None) -> Decision:
    column = quoted(it.name)
    if numbers.is_number(it.type):
        return Decision("typed", numbers.typed(column, kind), f"{column} IS NULL")
    text = narrow(it.text)
    raw = it.values(text)
    if _is_plain(it, raw, mark):
        return Decision("plain numbers", numbers.plain(kind).sql(text), is_missing(it.text))
    core = numbers.core(text)
    values = it.values(core)
    signs = numbers.currency_signs(it.con, raw)
    if kind is Kind.MONEY and len(signs) > 1:
        raise questions.mixed_currencies(it.setting, signs)
    marks = (mark,) if mark in (".", ",") else (".", ",")
    readings = [numbers.decimal(kind, each) for each in marks]
    if kind is Kind.NUMBER:
        readings += [numbers.percent(kind, each) for each in marks]
    chosen = questions.require_one(it.con, values, it.setting, choose(it.con, values, readings), kind)
    said = t("{column}: numbers with {format}", column=it.setting, format=chosen.reading.name)
    return Decision(chosen.reading.name, chosen.reading.sql(core), is_missing(it.text), said)


def _is_plain(it: _Column, values: str, mark: str | None) -> bool:
    """Digits with at most one point throughout, and no way to take the point for a thousands mark."""
    total, simple, doubtful, sure = it.con.execute(
        f"SELECT count(*), count(*) FILTER (regexp_matches(v, {literal(numbers.PLAIN)})), "
        f"count(*) FILTER (regexp_matches(v, {literal(numbers.MAYBE_THOUSANDS)})), "
        f"count(*) FILTER (contains(v, '.') AND NOT regexp_matches(v, {literal(numbers.MAYBE_THOUSANDS)})) "
        f"FROM ({values})"
    ).fetchall()[0]
    return bool(simple == total and (not doubtful or (sure and mark != ",")))


def _decide_word(it: _Column, kind: Kind, choices: tuple[str, ...]) -> Decision:
    text = narrow(it.text)
    if it.type == "BOOLEAN" and kind is Kind.FLAG:
        return Decision("typed", quoted(it.name), f"{quoted(it.name)} IS NULL")
    if kind is Kind.FLAG:
        return Decision("flag", _by_value(it, words.flag(text), "BOOLEAN"), is_missing(it.text))
    if kind is Kind.CURRENCY:
        return Decision("currency", _by_value(it, words.currency(text)), is_missing(it.text))
    reading = Reading("choice", lambda v: words.choice(v, choices))
    values = it.values(text)
    chosen = choose(it.con, values, [reading])
    if chosen.values and not chosen.fitting:
        raise questions.no_choice(it.con, values, it.setting, choices)
    return Decision("choice", _by_value(it, reading.sql(text)), is_missing(it.text))


def _by_value(it: _Column, sql: str, kind: str = "VARCHAR") -> str:
    """``sql`` worked out once for each different value of the column, where there are few of them."""
    column = f"CAST({quoted(it.name)} AS VARCHAR)"
    query = f"SELECT DISTINCT {quoted(it.name)} FROM {it.relation} WHERE {quoted(it.name)} IS NOT NULL"
    known = it.con.execute(f"SELECT {column}, CAST({sql} AS VARCHAR) FROM ({query} LIMIT {_FEW + 1})").fetchall()
    if len(known) > _FEW:
        return sql
    cases = "".join(f" WHEN {literal(value)} THEN {literal(word)}" for value, word in known if word is not None)
    return f"CAST(CASE {column}{cases} END AS {kind})" if cases else f"CAST(NULL AS {kind})"


def _said(it: _Column, reading: Reading) -> str:
    return t(
        "{column}: dates read as {format}, such as {example}",
        column=it.setting,
        format=reading.name,
        example=reading.example,
    )
