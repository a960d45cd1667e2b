"""What a warehouse asks of the database it lies in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from numpy.typing import NDArray

from crmeter.kernel.expressions import ir

Rows = Sequence[Sequence[Any]]


class ServerError(Exception):
    """What a server said when it did not let us in, or did not do what was asked."""


class Engine(Protocol):
    """A connection to a database that holds the canonical tables and those derived from them.

    Types of columns are given as DuckDB names them; each engine knows its own word. The same expression has the same
    rows on every engine: exact counts and quantiles, sums of money to its four decimals, text in the order of its
    code points.
    """

    def named(self, schema: str, table: str) -> str:
        """How SQL names a table of ``main`` (canonical), ``derived`` or ``meta``."""

    def tables(self) -> Mapping[str, ir.Table]:
        """Every canonical and derived table, and ``load``, as unbound expressions.

        Where a row came from (the columns that begin with an underscore) is left out: nothing is measured of it.
        """

    def to_sql(self, expr: ir.Expr) -> str:
        """The SELECT of an unbound expression."""

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement of ours, in words that every engine knows; values go in ``parameters``, ``$name`` in
        the text."""

    def arrays(self, sql: str) -> Mapping[str, NDArray[Any]]:
        """The columns of a SELECT as arrays, money as floats; a masked one where a value is null."""

    def keep(self, name: str, expr: ir.Table, sql: str) -> tuple[ir.Table, int]:
        """The rows of ``expr``, which ``sql`` selects, as a temporary table, and how many they are."""

    def within(self, table: ir.Table, column: str, first: date, last: date) -> ir.Table:
        """A canonical ``table`` that is to be read from the day ``first`` to before ``last`` of a business date
        ``column``: without rows of other days, where the engine has less to read then."""

    def numbered(self, rows: ir.Table, name: str, by: Sequence[str]) -> ir.Table:
        """``rows`` with a whole number of each in the column ``name``. ``by`` tells the rows apart. The numbers may
        have gaps; an engine that may work a row out twice gives it the same number again."""

    def put(self, name: str, columns: Mapping[str, str], rows: Rows) -> ir.Table:
        """``rows`` as a temporary table; one of that name is gone."""

    def fold_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], folds: Mapping[str, str]
    ) -> str:
        """See :func:`crmeter.warehouse.sql.fold_query`."""

    def rank_sql(
        self, table: str, keys: Sequence[str], slices: Sequence[Sequence[str]], column: str, asked: str, *, summed: bool
    ) -> str:
        """See :func:`crmeter.warehouse.sql.rank_query`."""

    def derive(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Make the derived table ``name`` anew of the rows of a SELECT."""

    def derive_rows(self, name: str, columns: Mapping[str, str], rows: Rows) -> None:
        """Make the derived table ``name`` anew of ``rows``."""
