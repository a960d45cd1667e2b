"""What a canonical table is: a name, a grain and typed columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a column holds, and so which values fit it."""

    KEY = "key"  # text, unique within the table, never null
    REF = "ref"  # text, a key of another table
    TEXT = "text"
    INSTANT = "instant"  # UTC instant; its business date stands beside it in <name>_on
    DATE = "date"  # business date
    MONEY = "money"  # DECIMAL(18,4)
    NUMBER = "number"  # float64
    INTEGER = "integer"
    FLAG = "flag"  # boolean
    CURRENCY = "currency"  # ISO 4217, upper case
    CHOICE = "choice"  # one of ``choices``


SQL_TYPES = {
    Kind.KEY: "VARCHAR",
    Kind.REF: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.INSTANT: "TIMESTAMP",
    Kind.DATE: "DATE",
    Kind.MONEY: "DECIMAL(18,4)",
    Kind.NUMBER: "DOUBLE",
    Kind.INTEGER: "BIGINT",
    Kind.FLAG: "BOOLEAN",
    Kind.CURRENCY: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
}


@dataclass(frozen=True)
class Column:
    """One column. ``planned`` dates may lie in the future and never move the data horizon."""

    name: str
    kind: Kind
    required: bool = False
    to: str = ""  # the table a REF points to
    choices: tuple[str, ...] = ()
    personal: bool = False  # PII: masked by default, removed by erasure
    erased: bool = False  # removed by erasure: what is personal, what describes the person, free text
    planned: bool = False
    low: float | None = None  # smallest value that makes sense
    high: float | None = None

    @property
    def business_date(self) -> str:
        """The column beside an instant that holds its local date: ordered_at → ordered_on, at → on."""
        return self.name.removesuffix("at") + "on"


@dataclass(frozen=True)
class Limit:
    """Bounds of a column in the rows where ``where`` = (column, value) holds: a refund has a negative amount."""

    column: str
    low: float | None
    high: float | None
    where: tuple[str, str]


@dataclass(frozen=True)
class Table:
    """One canonical table. ``after`` lists (earlier, later) pairs of columns that must not be the other way round."""

    name: str
    grain: str
    columns: tuple[Column, ...]
    open_ended: bool = False  # further columns become custom attributes (customer only)
    after: tuple[tuple[str, str], ...] = ()
    within: tuple[tuple[str, str, str], ...] = ()  # (value, low, high): a value that must lie between two columns
    limits: tuple[Limit, ...] = ()
    key: tuple[str, ...] = ()  # where no single KEY column identifies a row

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that identify a row."""
        return self.key or tuple(c.name for c in self.columns if c.kind is Kind.KEY)

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @cached_property
    def stored(self) -> tuple[tuple[str, str], ...]:
        """Every (column, SQL type) as it is stored: instants are followed by their business date."""
        found: list[tuple[str, str]] = []
        for c in self.columns:
            found.append((c.name, SQL_TYPES[c.kind]))
            if c.kind is Kind.INSTANT:
                found.append((c.business_date, "DATE"))
        return tuple(found)


def key(name: str) -> Column:
    return Column(name, Kind.KEY, required=True)


def ref(name: str, to: str, *, required: bool = False) -> Column:
    return Column(name, Kind.REF, required=required, to=to)


def text(name: str, *, required: bool = False, personal: bool = False, erased: bool = False) -> Column:
    return Column(name, Kind.TEXT, required=required, personal=personal, erased=personal or erased)


def instant(name: str, *, required: bool = False, planned: bool = False) -> Column:
    return Column(name, Kind.INSTANT, required=required, planned=planned)


def day(name: str, *, required: bool = False, planned: bool = False) -> Column:
    return Column(name, Kind.DATE, required=required, planned=planned)


def money(name: str, *, required: bool = False) -> Column:
    return Column(name, Kind.MONEY, required=required)


def number(name: str, *, required: bool = False, low: float | None = None, high: float | None = None) -> Column:
    return Column(name, Kind.NUMBER, required=required, low=low, high=high)


def integer(
    name: str, *, required: bool = False, low: float | None = None, high: float | None = None, erased: bool = False
) -> Column:
    return Column(name, Kind.INTEGER, required=required, low=low, high=high, erased=erased)


def flag(name: str, *, required: bool = False) -> Column:
    return Column(name, Kind.FLAG, required=required)


def currency(*, required: bool = True) -> Column:
    return Column("currency", Kind.CURRENCY, required=required)


def choice(name: str, *choices: str, required: bool = False) -> Column:
    return Column(name, Kind.CHOICE, required=required, choices=choices)
