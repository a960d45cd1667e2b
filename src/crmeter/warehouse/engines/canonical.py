"""Tables that somebody else made, taken for the canonical ones: what is missing or does not fit, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.model.table import Kind, Table
from crmeter.model.tables import TABLES
from crmeter.warehouse.identifier import quoted

ATTRIBUTES = ("VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
"""What a custom attribute may be, by its first type that fits."""


class Found(Protocol):
    """A column as it lies there."""

    @property
    def written(self) -> str:
        """Its type, as the server writes it."""

    def fits(self, kind: str) -> bool:
        """Whether each value of it is one of the canonical type ``kind`` (as DuckDB names it), and exactly."""

    def selected(self, kind: str) -> str:
        """SQL of its values as ``kind``."""


Shape = Mapping[str, Mapping[str, Found]]  # table → column → how it lies there


def check(schema: str, there: Shape) -> None:
    """Raise UserError with all that keeps the tables of a schema from being read as the canonical ones.

    A table that is not there counts as one without rows.
    """
    if not any(table.name in there for table in TABLES):
        raise UserError.of(
            t("The schema “{schema}” has no canonical table that may be read.", schema=schema),
            next=t("Name the schema of the canonical tables in crmeter.toml: [engine] schema."),
        )
    raise_if_any(p for table in TABLES if table.name in there for p in _misfits(table, schema, there[table.name]))


def _misfits(table: Table, schema: str, there: Mapping[str, Found]) -> Iterator[Problem]:
    """What keeps a table from being read as a canonical one."""
    required = {c.name for c in table.columns if c.required}
    for column in table.columns:
        if column.kind is Kind.INSTANT and (column.required or column.name in there):
            required.add(column.business_date)
    for name, kind in table.stored:
        place = f"{schema}.{table.name}.{name}"
        if name not in there:
            if name in required:
                yield Problem(t("{column} is missing.", column=place), next=_mend())
        elif not there[name].fits(kind):
            yield Problem(
                t("{column} is {found}; it is to be {wanted}.", column=place, found=there[name].written, wanted=kind),
                next=_mend(),
            )


def _mend() -> str:
    return t("Make a view that has the column, and let [engine] schema name the schema of the views.")


def columns(table: Table, there: Mapping[str, Found]) -> Iterator[tuple[str, str]]:
    """The canonical columns of a table and the custom attributes, with their types."""
    yield from table.stored
    stored = dict(table.stored)
    for name, column in there.items() if table.open_ended else ():
        kind = next((kind for kind in ATTRIBUTES if column.fits(kind)), None)
        if name not in stored and not name.startswith("_") and kind:
            yield name, kind


def selected(table: Table, there: Mapping[str, Found], null: Callable[[str], str]) -> Iterator[str]:
    """SQL of each of :func:`columns`, with its name; ``null`` writes the missing value of a type."""
    for name, kind in columns(table, there):
        yield f"{there[name].selected(kind) if name in there else null(kind)} AS {quoted(name)}"
