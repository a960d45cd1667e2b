"""What building asks of the server it is done on: its words for canonical types, and tables made there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Shape = Mapping[str, Mapping[str, str]]  # table → column → the type, as DuckDB calls one of its family

YEAR_FIRST = (  # pattern and what comes in its place, one after the other: as ISO 8601 writes it
    (r"^([0-9]{4}) *[-/.年] *([0-9]{1,2}) *[-/.月] *([0-9]{1,2}) *日? *", r"\1-\2-\3 "),
    (r"^([0-9]{4})-([0-9])-", r"\1-0\2-"),
    (r"^([0-9]{4}-[0-9]{2})-([0-9]) ", r"\1-0\2 "),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) +T?([0-9]):", r"\1 0\2:"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) +T?", r"\1 "),
    (r" +$", ""),
)
CLEAN = "CLEAN"
"""The kind of a text that has no blanks around it any more."""
DAY = r"(?:19[0-9]{2}|2[01][0-9]{2}|2200)-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])"
MOMENT = rf"^{DAY}(?:[T ]{TIME}{OFFSET}?)?$"
WITH_OFFSET = rf"{TIME}{OFFSET}$"
AMOUNT = r"^[+-]?[0-9]{1,14}(?:\.[0-9]{1,9})?$"
NUMBER = r"^[+-]?[0-9]{1,250}(?:\.[0-9]{1,250})?$"
WHOLE = r"^[+-]?[0-9]{1,18}(?:\.0{1,9})?$"


class Names(Mapping[str, tuple[str, ...]]):
    """The columns of each table of a shape, by name; a table that nobody asks for is not looked at."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def __getitem__(self, table: str) -> tuple[str, ...]:
        return tuple(self._shape[table])

    def __iter__(self) -> Iterator[str]:
        return iter(self._shape)

    def __len__(self) -> int:
        return len(self._shape)


@dataclass(frozen=True)
class Built:
    """A table that is to be: its rows as a SELECT, and about how many they are; 0 is exact."""

    name: str
    sql: str
    rows: int


class Site(Protocol):
    """A session of a server. SQL that it writes never fails for a value: what does not fit is null."""

    @property
    def dialect(self) -> str:
        """What sqlglot calls its SQL."""

    def shape(self, schema: str) -> Shape:
        """The tables and views of a schema that may be read."""

    def standing(self, schema: str) -> Collection[str]:
        """The names of the tables that stand where tables are to be built. Raises UserError where none would last."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT. ServerError where it fails."""

    def scratch(self, name: str, sql: str, *, again: bool = True) -> Mapping[str, str]:
        """Make the temporary table ``name`` of a SELECT; its columns with their types. ServerError where it fails.

        One that is not read ``again`` need not be kept, where that costs more than to work it out.
        """

    def drop(self, name: str) -> None:
        """A temporary table is not needed any more."""

    def path(self, schema: str, table: str) -> tuple[str, ...]:
        """The names by which SQL calls a table of a schema, from the outer to the inner."""

    def named(self, schema: str, table: str) -> str:
        """The same as SQL."""

    def literal(self, text: str) -> str: ...

    def text(self, value: str, kind: str) -> str:
        """A value of type ``kind`` as text without blanks around it; null where nothing is left. CLEAN is one."""

    def matches(self, text: str, pattern: str) -> str: ...

    def replaced(self, text: str, pattern: str, by: str) -> str:
        """A text with the first match of a regular expression replaced."""

    def moment(self, value: str, kind: str, zone: str) -> str:
        """The UTC instant of a value; text is ISO 8601, and of ``zone`` where it names no offset."""

    def day_of(self, instant: str, zone: str) -> str:
        """The business date of a UTC instant."""

    def day(self, value: str, kind: str, zone: str) -> str:
        """The date of a value; where it is a moment with an offset, that of ``zone``."""

    def money(self, value: str, kind: str) -> str: ...

    def number(self, value: str, kind: str) -> str: ...

    def whole(self, value: str, kind: str) -> str: ...

    def typed(self, value: str, kind: str) -> str:
        """A value that fits, as the canonical type ``kind``."""

    def attribute(self, value: str, kind: str) -> str:
        """A value of a custom attribute as it is kept."""

    def publish(self, schema: str, load: int, tables: Sequence[Built]) -> None:
        """Put the rows of each table in the place of the one of that name, all of them together as far as the server
        can; ``load`` is the number of the build."""
