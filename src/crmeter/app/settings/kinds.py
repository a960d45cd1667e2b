"""What a setting may hold: how a value is read, and how what is allowed is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from crmeter.kernel.messages import t
from crmeter.warehouse.engines.products import BARE, SCHEMES


class Misfit(Exception):
    """A value that a kind does not allow; ``nearest`` is the valid spelling closest to it, if one is close.

    Where a part of a table is at fault, ``inside`` is its key, ``value`` what stands there and ``allowed`` what may.
    """

    def __init__(self, nearest: str = "", *, inside: str = "", value: Any = None, allowed: str = "") -> None:
        super().__init__(nearest)
        self.nearest = nearest
        self.inside = inside
        self.value = value
        self.allowed = allowed


def nearest(word: str, valid: Iterable[str]) -> str:
    """The valid word spelt most like ``word``; empty if none is close.

    >>> nearest("curency", ["name", "currency"])
    'currency'
    """
    spelt = {known.casefold(): known for known in valid}
    found = get_close_matches(word.casefold(), spelt, n=1, cutoff=0.6)
    return spelt[found[0]] if found else ""


@dataclass(frozen=True)
class SettingKind:
    """``read`` turns what the toml holds into what the program uses or raises Misfit; ``allowed`` says what fits.

    ``from_text`` turns the text of an environment variable into what the toml would hold. What is ``secret`` is never
    repeated in a message.
    """

    read: Callable[[Any], Any]
    allowed: Callable[[], str]
    from_text: Callable[[str], Any] = str
    secret: bool = False


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Misfit()
    return value.strip()


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise Misfit()
    return float(value)


def _plain(value: str) -> Any:
    """Text of the environment as a number where it is one."""
    for convert in (int, float):
        try:
            return convert(value)
        except ValueError:
            continue
    return value


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _table(value: str) -> dict[str, Any]:
    """``vip=90, shop=365`` as a table."""
    pairs = (part.partition("=") for part in _listed(value))
    return {name.strip(): _plain(held.strip()) for name, _, held in pairs}


def choice(*options: str) -> SettingKind:
    """One of a few words, in any case."""

    def read(value: Any) -> str:
        word = _text(value)
        if word.casefold() not in options:
            raise Misfit(nearest(word, options))
        return word.casefold()

    return SettingKind(read, lambda: ", ".join(options))


def count(low: int = 0) -> SettingKind:
    """A whole number from ``low``."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise Misfit()
        return value

    return SettingKind(read, lambda: t("a whole number from {low}", low=low), _plain)


def number(low: float | None = None, high: float | None = None) -> SettingKind:
    """A number between two bounds, both allowed."""

    def read(value: Any) -> float:
        found = _number(value)
        if (low is not None and found < low) or (high is not None and found > high):
            raise Misfit()
        return found

    def allowed() -> str:
        if low is not None and high is not None:
            return t("a number from {low} to {high}", low=low, high=high)
        return t("a number") if low is None else t("a number from {low}", low=low)

    return SettingKind(read, allowed, _plain)


def _currency(value: Any) -> str:
    from babel.core import get_global

    code = _text(value)
    known = get_global("all_currencies")
    if code.upper() not in known:
        raise Misfit(nearest(code, known))
    return code.upper()


def _zone(value: Any) -> str:
    name = _text(value)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise Misfit(nearest(name, available_timezones())) from None
    return name


def _month_day(value: Any) -> tuple[int, int]:
    match = re.fullmatch(r"(\d\d)-(\d\d)", _text(value))
    try:
        day = date(2025, *map(int, match.groups())) if match else None  # 2025: 29 February would not come each year
    except ValueError:
        day = None
    if day is None:
        raise Misfit()
    return day.month, day.day


def _horizon(value: Any) -> date | None:
    if type(value) is date:
        return value
    word = _text(value)
    if word.casefold() == "latest":
        return None
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Misfit(nearest(word, ["latest"])) from None


def _one_or_more(value: Any) -> tuple[str, ...]:
    found = tuple(map(_text, value if isinstance(value, list) else [value]))
    if not found:
        raise Misfit()
    return found


def _some(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Misfit()
    return tuple(map(_text, value))


def _part(kind: SettingKind, value: Any, inside: str) -> Any:
    try:
        return kind.read(value)
    except Misfit as misfit:
        raise Misfit(misfit.nearest, inside=inside, value=value, allowed=kind.allowed()) from None


def table_of(inner: SettingKind, names: SettingKind | None = None) -> SettingKind:
    """A table whose values are of one kind."""

    def read(value: Any) -> tuple[tuple[str, Any], ...]:
        if not isinstance(value, dict):
            raise Misfit()
        return tuple((_part(names, k, k) if names else k, _part(inner, v, k)) for k, v in value.items())

    return SettingKind(read, lambda: t("a table of names, each with {what}", what=inner.allowed()), _table)


def address(*schemes: str, bare: tuple[str, ...] = ()) -> SettingKind:
    """An address that starts with one of ``schemes``, or where to find it: ``env:NAME``, ``file:PATH``. The schemes
    ``bare`` are addresses by themselves."""

    def read(value: Any) -> str:
        text = _text(value)
        if text.startswith(("env:", "file:")) and not text.startswith("file://"):
            return text
        if not text.startswith(schemes) or (text in schemes and text not in bare):
            raise Misfit(nearest(text.partition("//")[0] + "///", schemes))
        return text

    return SettingKind(read, lambda: t("an address that starts with {schemes}", schemes=" | ".join(schemes)))


def _tables(value: Any) -> tuple[tuple[str, str], ...]:
    """A table of names, or a list of tables that keep theirs."""
    if isinstance(value, list):
        return tuple((name, name) for name in map(_text, value))
    read: tuple[tuple[str, str], ...] = table_of(TEXT).read(value)
    return read


def _tables_text(value: str) -> Any:
    return _table(value) if "=" in value else _listed(value)


class FromEnvironment(str):
    """What stands in the environment, where a secret may."""

    __slots__ = ()


def _database(value: Any) -> str:
    """The address of a database. A password has no place in the toml."""
    from crmeter.connectors.sql import SCHEMES as DATABASES
    from crmeter.connectors.sql import holds_password

    text: str = address(*DATABASES).read(value)
    if holds_password(text) and not isinstance(value, FromEnvironment):
        raise Misfit()
    return text


def _engine(value: Any) -> str:
    """The address of a warehouse. A password has no place in the toml."""
    text: str = address("duckdb:///", *SCHEMES, bare=BARE).read(value)
    if text.startswith(SCHEMES) and not isinstance(value, FromEnvironment):
        from crmeter.connectors.sql import holds_password

        if holds_password(text):
            raise Misfit()
    return text


_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(MB|GB)", re.IGNORECASE)


def _memory(value: Any) -> int:
    """A size such as 4 GB in bytes."""
    found = _SIZE.fullmatch(_text(value))
    if not found:
        raise Misfit()
    return int(float(found[1]) * {"MB": 1_000_000, "GB": 1_000_000_000}[found[2].upper()])


def _decimal_mark(value: Any) -> str:
    if value not in (".", ","):
        raise Misfit()
    return str(value)


def _delimiter(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in '"\r\n':
        raise Misfit()
    return value


def _encoding(value: Any) -> str:
    import codecs

    name = _text(value)
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise Misfit(nearest(name, ("utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "cp950", "utf-16"))) from None


def _column(value: str) -> str:
    from crmeter.model.tables import BY_NAME

    table, dot, column = value.partition(".")
    known = BY_NAME.get(table)
    if known is None:
        close = nearest(table, BY_NAME)
        raise Misfit(f"{close}.{column}" if dot and close else close)
    columns = {c.name for c in known.columns} | {c.business_date for c in known.columns if c.kind == "instant"}
    if not column or (column not in columns and not known.open_ended):
        close = nearest(column, columns)
        raise Misfit(f"{table}.{close}" if close else "")
    return value


def _dimensions(value: Any) -> tuple[str, ...]:
    found = _some(value)
    for name in found:
        prefix, dot, _ = name.rpartition(".")
        if not re.fullmatch(r"(\w+\.)?\w+", name) or (dot and prefix != "customer"):
            raise Misfit("customer." + name.rpartition(".")[2] if nearest(prefix, ["customer"]) else "")
    return found


TEXT = SettingKind(_text, lambda: t("text that is not empty"))
CURRENCY = SettingKind(_currency, lambda: t("a currency code of three letters (ISO 4217), such as TWD"))
ZONE = SettingKind(_zone, lambda: t("a time zone of the IANA list, such as Asia/Taipei"))
MONTH_DAY = SettingKind(_month_day, lambda: t("a month and a day that every year has, as MM-DD"))
HORIZON = SettingKind(_horizon, lambda: t("latest, or a day as YYYY-MM-DD"))
TEXTS = SettingKind(_some, lambda: t("a list of texts"), _listed)
PATTERNS = SettingKind(_one_or_more, lambda: t("a path with wildcards, or a list of them"), _listed)
DIMENSIONS = SettingKind(
    _dimensions, lambda: t("a list of columns, as customer.segment for those of the customer, else bare"), _listed
)
MEMORY = SettingKind(_memory, lambda: t("a size such as {example}", example='"4 GB"'))
DECIMAL_MARK = SettingKind(_decimal_mark, lambda: t("a full stop or a comma"))
DELIMITER = SettingKind(_delimiter, lambda: t("one sign"))
ENCODING = SettingKind(_encoding, lambda: t("the name of an encoding: utf-8, gb18030, big5, utf-16 …"))
COLUMN = SettingKind(_column, lambda: t("a column as table.column"))
TABLES = SettingKind(
    _tables, lambda: t("a table of names, each with a pattern or a table’s name; or a list of tables"), _tables_text
)
DATABASE = SettingKind(
    _database,
    lambda: t("sqlite:///PATH in the workspace, or postgresql://USER@HOST/DATABASE without a password; with one: "
              "env:NAME or file:PATH, where the whole address stands"),
    FromEnvironment,
    secret=True,
)  # fmt: skip
ENGINE = SettingKind(
    _engine,
    lambda: t("duckdb:///PATH in the workspace, or a server without a password, such as postgresql://USER@HOST/DATABASE;"
              " with one: env:NAME or file:PATH, where the whole address stands"),
    FromEnvironment,
    secret=True,
)  # fmt: skip
FORMATS = table_of(TEXT, COLUMN)
