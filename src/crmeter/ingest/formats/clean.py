"""SQL of the text of a value, before anybody asks what it means. Expressions only; none of them ever raises."""

from __future__ import annotations

_WIDE = "".join(chr(point) for point in range(0xFF01, 0xFF5F))
_NARROW = "".join(chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5F))
BLANKS = " \t\r\n\u00a0\u3000\ufeff\u200b"
MISSING = ("", "null", "none", "nan", "nat", "n/a", "na", "#n/a", "\\n", "nil", "無", "无", "-", "--", "—")
NO_DATE = ("0000-00-00", "0000-00-00 00:00:00", "0000/00/00", "00/00/0000")
_FLOATS = ("DOUBLE", "FLOAT")


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def let(name: str, value: str, body: str) -> str:
    """SQL of ``body`` in which ``name`` stands for ``value``, computed once."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def replaced(text: str, pattern: str, by: str, flags: str = "") -> str:
    """SQL of ``text`` with the first match of a regular expression replaced."""
    more = f", {literal(flags)}" if flags else ""
    return f"regexp_replace({text}, {literal(pattern)}, {literal(by)}{more})"


def as_text(column: str, kind: str) -> str:
    """The value as text, without blanks around it; empty text is NULL. Whole floats have no ``.0``.

    ``column`` is an SQL expression of DuckDB type ``kind``.
    """
    text = column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"
    if kind in _FLOATS:
        text = f"CASE WHEN {column} = trunc({column}) AND abs({column}) < 9007199254740992 THEN "
        text += f"CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    return f"nullif(trim({text}, {literal(BLANKS)}), '')"


def narrow(text: str) -> str:
    """Full-width forms as their ASCII twins, all kinds of minus as one, odd blanks as plain ones."""
    wide, plain = f"{_WIDE}\u3000\u00a0\u202f\u2212\u2013", f"{_NARROW}   --"
    # translate is slow: it is kept from the texts that need none
    is_wide = r"regexp_matches(_text, '[\x{FF01}-\x{FF5E}\x{3000}\x{A0}\x{202F}\x{2212}\x{2013}]')"
    changed = f"translate(_text, {literal(wide)}, {literal(plain)})"
    return let("_text", text, f"CASE WHEN {is_wide} THEN {changed} ELSE _text END")


def is_missing(text: str, extra: tuple[str, ...] = ()) -> str:
    """True where the text says that there is no value."""
    words = ", ".join(literal(word) for word in (*MISSING, *extra))
    return f"coalesce(lower({text}) IN ({words}), true)"
