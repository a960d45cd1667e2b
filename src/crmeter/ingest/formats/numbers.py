"""The ways to read a text as a number: decimal point or decimal comma; currency signs and thousands marks go away."""

from __future__ import annotations

import duckdb

from crmeter.ingest.formats.clean import let, literal, replaced
from crmeter.ingest.formats.reading import Reading
from crmeter.model.table import Kind

_SIGNS = r"NT\$|US\$|HK\$|NTD|TWD|USD|HKD|CNY|RMB|EUR|JPY|GBP|[$¥€£₩]|￥|新臺幣|新台幣|人民币|人民幣"
_UNITS = r"元整?|圓|圆|円"
_BEFORE = rf"^([+-]?)\s*(?:{_SIGNS})\s*([+-]?)"
_BEHIND = rf"\s*(?:{_SIGNS}|{_UNITS})$"
_WHOLE = r"(?:\d+|[1-9]\d{0,2}(?:MARK\d{3})+|[1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+)"
PLAIN = r"^-?\d+(?:\.\d+)?$"
MAYBE_THOUSANDS = r"^-?[1-9]\d{0,2}\.\d{3}$"
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")


def is_number(kind: str) -> bool:
    """A DuckDB type of numbers."""
    return kind.startswith(_NUMBERS) and kind != "UUID"


def core(text: str) -> str:
    """The digits and marks of a number: currency gone, parentheses and a minus behind it made a minus before it."""
    return let(
        "_bare", text, f"CASE WHEN regexp_matches(_bare, '[^0-9.,+-]|-$') THEN {_stripped('_bare')} ELSE _bare END"
    )


def _stripped(text: str) -> str:
    bare = replaced(text, _BEFORE, r"\1\2", "i")
    inner = replaced(bare, r"^[(]\s*(.*[0-9].*)[)]$", r"-\1")
    inner = replaced(replaced(inner, _BEFORE, r"\1\2", "i"), _BEHIND, "", "i")
    return replaced(inner, r"^(.*[0-9])\s*-$", r"-\1")


def typed(number: str, kind: Kind) -> str:
    """A number (text of digits, or any SQL number) as the type of ``kind``; NULL where it does not fit."""
    if kind is Kind.MONEY:
        return f"TRY_CAST({number} AS DECIMAL(18,4))"
    if kind is Kind.INTEGER:
        exact = f"TRY_CAST({number} AS DECIMAL(38,9))"
        return f"CASE WHEN {exact} = trunc({exact}) THEN TRY_CAST({exact} AS BIGINT) END"
    value = f"TRY_CAST({number} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def plain(kind: Kind) -> Reading:
    """Digits with at most one point, the quick way."""
    return Reading("plain numbers", lambda v: typed(_if_matches(v, PLAIN, v), kind), "1234.5")


def decimal(kind: Kind, mark: str) -> Reading:
    """Numbers whose fraction stands behind ``mark`` (``.`` or ``,``); the other one groups thousands."""
    thousands = "," if mark == "." else "."
    whole = _WHOLE.replace("MARK", "[.]" if thousands == "." else ",")
    pattern = rf"^[+-]?(?:{whole}(?:[{mark}]\d*)?|[{mark}]\d+)(?:[eE][+-]?\d{{1,3}})?$"
    name, example = ("decimal point", "1,234.5") if mark == "." else ("decimal comma", "1.234,5")

    def sql(v: str) -> str:
        digits = v
        for other in (thousands, " ", "'"):
            digits = f"replace({digits}, {literal(other)}, '')"
        digits = digits if mark == "." else f"replace({digits}, ',', '.')"
        return typed(_if_matches(v, pattern, digits), kind)

    return Reading(name, sql, example, f'decimal_mark = "{mark}"')


def percent(kind: Kind, mark: str) -> Reading:
    """Numbers with a percent sign, as shares."""
    part = decimal(kind, mark)
    name = "percent" if mark == "." else "percent, decimal comma"

    def sql(v: str) -> str:
        bare = f"rtrim(CASE WHEN ends_with({v}, '%') THEN left({v}, -1) END)"
        return f"({part.sql(bare)} / 100)"

    return Reading(name, sql, "12.5%", part.setting)


def currency_signs(con: duckdb.DuckDBPyConnection, values: str) -> list[str]:
    """The different currency signs in a relation of texts ``v``."""
    sign = f"upper(regexp_extract(v, {literal(f'(?i)({_SIGNS})')}, 1))"
    rows = con.execute(f"SELECT DISTINCT {sign} AS sign FROM ({values}) ORDER BY sign").fetchall()
    return [str(row[0]) for row in rows if row[0]]


def _if_matches(v: str, pattern: str, then: str) -> str:
    return f"CASE WHEN regexp_matches({v}, {literal(pattern)}) THEN {then} END"
