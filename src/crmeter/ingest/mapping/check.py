"""Checking a mapping before anything of it runs."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crmeter.ingest.mapping.faults import Faults
from crmeter.ingest.mapping.limits import Limits
from crmeter.ingest.mapping.outputs import deliver
from crmeter.ingest.mapping.provenance import with_provenance
from crmeter.ingest.mapping.syntax import Node, Text, Unreadable, depth, parse, render, statements, walk
from crmeter.kernel.messages import t
from crmeter.model.table import Table

_DEEPEST = 200  # levels of the tree; a chain of 100 operators


@dataclass(frozen=True)
class Mapping:
    """A mapping that was checked: it reads raw tables of its source and delivers columns of ``table``."""

    path: str
    table: Table
    columns: tuple[str, ...]  # as delivered, in order; canonical ones as the model spells them
    raw_tables: tuple[str, ...]  # those it reads
    text: str = field(repr=False)
    tree: Node = field(repr=False)

    @property
    def custom(self) -> tuple[str, ...]:
        """The columns that become custom attributes of the customer."""
        canonical = {column.name for column in self.table.columns}
        return tuple(name for name in self.columns if name not in canonical)

    def select(self, schema: str, *, provenance: bool = True) -> str:
        """The SQL to run, with raw tables read from ``schema``.

        With ``provenance`` two columns follow at the end: ``_file`` and ``_row`` of the raw row each row came from;
        for a group of rows those of its first one; null where no one row can be named.
        """
        tree = with_provenance(self.tree) if provenance else self.tree
        return render(_read_from(tree, schema))


def check(text: str, path: str | Path, table: Table, raw: Dict[str, Sequence[str]]) -> Mapping:
    """Read a mapping for ``table`` over the raw tables ``raw`` (name → columns).

    Raises UserError with every problem found, each with ``path``, line and column.
    """
    source = Text(str(path), text)
    faults = Faults(source)
    tree = _single_select(source, faults)
    faults.raise_all()
    assert tree is not None
    limits = Limits(raw, faults)
    limits.inspect(tree)
    columns = deliver(tree, table, faults)
    faults.raise_all()
    return Mapping(source.path, table, columns, tuple(limits.tables), text, tree)


def _single_select(source: Text, faults: Faults) -> Node | None:
    """The tree of the one SELECT in the text, None (and a problem) if it holds anything else."""
    if "\0" in source.text:  # DuckDB stops reading there, and says nothing
        faults.add(source.place(source.text.index("\0")), t("There is a NUL character in the text."))
        return None
    try:
        found = statements(source.text)
    except Unreadable as error:
        faults.add(
            source.place(error.offset),
            t("This is not SQL that can be read: {said}.", said=str(error).rstrip(".!")),
            next=t("A mapping is one SELECT in DuckDB's SQL."),
        )
        return None
    if not found:
        faults.add(source.place(0), t("The mapping is empty."), next=t("Write one SELECT, or take the file away."))
    for statement in found[1:]:
        faults.add(source.place(statement.offset), t("A second statement: only one SELECT is allowed."))
    if faults.found:
        return None
    tree = parse(source.text) if found[0].kind == "SELECT" else None
    if tree is None:  # a PRAGMA calls itself a SELECT, but has no tree
        kind = source.text[found[0].offset :].split(maxsplit=1)[0].upper().rstrip(";")
        faults.add(source.place(found[0].offset), t("This is {kind}: only one SELECT is allowed.", kind=kind))
    elif depth(tree) > _DEEPEST:
        faults.add(source.place(0), t("The SELECT is nested too deeply."), next=t("Write it in steps, with WITH."))
    return tree


def _read_from(tree: Node, schema: str) -> Node:
    """The tree with every raw table named in its schema, under the name that the mapping calls it."""

    def qualify(value: object) -> object:
        if isinstance(value, list):
            return [qualify(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        node = {name: qualify(inner) for name, inner in value.items() if name != "_raw"}
        if "_raw" in value:
            alias = value.get("alias") or value["table_name"]
            node |= {"schema_name": schema, "table_name": value["_raw"], "alias": alias}
        return node

    result = qualify(tree)
    assert isinstance(result, dict) and not any("_raw" in node for node in walk(result))
    return result
