"""What a mapping may contain. Everything that is not on a list here is refused, with its place."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field

from crmeter.ingest.mapping import functions
from crmeter.ingest.mapping.faults import Faults, did_you_mean, nearest
from crmeter.ingest.mapping.syntax import Node, walk
from crmeter.kernel.messages import t

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE"})
_RELATIONS = frozenset(
    {"BASE_TABLE", "JOIN", "SUBQUERY", "EXPRESSION_LIST", "EMPTY", "EMPTY_FROM", "TABLE_FUNCTION", "PIVOT"}
)
_EXPRESSIONS = frozenset(
    {
        "CONSTANT", "COLUMN_REF", "FUNCTION", "CASE", "CAST", "COMPARISON", "CONJUNCTION", "BETWEEN", "OPERATOR",
        "STAR", "SUBQUERY", "WINDOW", "LAMBDA", "COLLATE", "POSITIONAL_REFERENCE",
    }
)  # fmt: skip
_MODIFIERS = frozenset({"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"})
_ORDERS = frozenset({"ORDER_DEFAULT", "ASCENDING", "DESCENDING"})

PROVENANCE = ("_file", "_row")


@dataclass
class Limits:
    """Goes through a tree once, notes what is not allowed and marks the raw tables that are read (``_raw``)."""

    raw: Dict[str, Sequence[str]]
    faults: Faults
    tables: dict[str, None] = field(default_factory=dict)  # raw tables read, in order
    names: set[str] = field(default_factory=set)  # what a bare column name may be, in lower case
    aliases: dict[str, str] = field(default_factory=dict)  # alias of a raw table in lower case → raw table

    def inspect(self, tree: Node) -> None:
        """Note every problem of ``tree``."""
        self._gather_names(tree)
        self._visit(tree, frozenset())
        for table in self.tables:
            self.names |= {name.lower() for name in (*self.raw[table], *PROVENANCE)}
        for node in walk(tree):
            if node.get("class") == "COLUMN_REF":
                self._column(node)

    def _gather_names(self, tree: Node) -> None:
        """Every name that the query itself gives: aliases, CTE columns, parameters of lambdas."""
        for node in walk(tree):
            given = [node.get("alias"), *node.get("aliases", ()), *node.get("column_name_alias", ())]
            given += node.get("unpivot_names", ())
            if node.get("class") == "LAMBDA":
                given += [name for ref in walk(node["lhs"]) for name in ref.get("column_names", ())]
            self.names |= {name.lower() for name in given if isinstance(name, str) and name}

    def _visit(self, value: object, ctes: frozenset[str]) -> None:
        if isinstance(value, list):
            for inner in value:
                self._visit(inner, ctes)
        elif isinstance(value, dict):
            self._node(value, ctes)

    def _node(self, node: Node, ctes: frozenset[str]) -> None:
        """One dict of the tree and all below it; ``ctes`` are the names that WITH gives here."""
        for entry in (node.get("cte_map") or {}).get("map", ()):
            self._visit(entry["value"], ctes)
            ctes |= {entry["key"].lower()}
            self.names.add(entry["key"].lower())
        kind = node.get("type")
        if "class" in node:
            self._expression(node)
        elif isinstance(kind, str) and kind in _QUERIES | _RELATIONS:
            self._relation(node, ctes)
        elif isinstance(kind, str) and kind not in _MODIFIERS | _ORDERS:
            self._refuse_part(node)
        for name, inner in node.items():
            if kind == "TABLE_FUNCTION" and name == "function":
                self._visit(inner.get("children"), ctes)  # its name was judged as a table function
            elif name not in ("cte_map", "cast_type", "value", "sample"):
                self._visit(inner, ctes)

    def _refuse_part(self, node: Node) -> None:
        part = str(node.get("class") or node.get("type")).removesuffix("_NODE").replace("_", " ")
        self.faults.add(node, t('"{part}" is not allowed in a mapping.', part=part))

    def _relation(self, node: Node, ctes: frozenset[str]) -> None:
        kind = node["type"]
        if node.get("sample"):
            self.faults.add(node, t("A sample is not allowed in a mapping."), t("Each load would take other rows."))
        if kind == "BASE_TABLE":
            self._base_table(node, ctes)
        elif kind == "TABLE_FUNCTION":
            self._table_function(node)
        elif kind == "PIVOT" and not node.get("unpivot_names"):
            self._refuse_part(node)

    def _base_table(self, node: Node, ctes: frozenset[str]) -> None:
        """A table must be a raw table of the source, or a name that WITH gives."""
        name = node["table_name"]
        if node.get("schema_name") or node.get("catalog_name") or node.get("at_clause"):
            self.faults.add(
                node,
                t('"{name}" is named with its schema.', name=".".join(_full_name(node))),
                t("A mapping reads the raw tables of its own source and nothing else."),
                t("Write the name of the raw table alone."),
            )
            return
        if name.lower() in ctes:
            return
        actual = next((table for table in self.raw if table.lower() == name.lower()), None)
        if actual is None:
            self.faults.add(
                node,
                t('There is no raw table "{name}" in this source.', name=name),
                t("A mapping reads the raw tables of its own source and nothing else."),
                did_you_mean(name, self.raw),
            )
            return
        node["_raw"] = actual
        self.tables[actual] = None
        self.aliases[(node.get("alias") or name).lower()] = actual
        self.names.add(name.lower())

    def _table_function(self, node: Node) -> None:
        function = node["function"]
        name = function.get("function_name", "").lower()
        if function.get("class") != "FUNCTION" or name not in functions.ALLOWED_TABLE_FUNCTIONS:
            self.faults.add(
                node,
                t('"{name}" is not allowed in FROM.', name=name),
                t("A mapping reads the raw tables of its own source and nothing else."),
            )

    def _expression(self, node: Node) -> None:
        kind = node["class"]
        if kind not in _EXPRESSIONS:
            self._refuse_part(node)
        elif kind in ("FUNCTION", "WINDOW"):
            self._function(node)
        elif kind == "CAST":
            for inner in walk(node["cast_type"]):
                unbound = inner.get("type") == "UNBOUND_TYPE_INFO"
                if unbound and (inner.get("schema") or inner["name"].lower() not in functions.ALLOWED_TYPES):
                    self.faults.add(node, t('There is no type "{name}".', name=inner["name"]))

    def _function(self, node: Node) -> None:
        name = node["function_name"].lower()
        if node.get("catalog") or node.get("schema") not in (None, "", "main"):
            self.faults.add(
                node,
                t('"{name}" is named with its schema.', name=name),
                next=t("Write the name of the function alone."),
            )
        elif name in functions.UNREPEATABLE:
            self._refuse_unrepeatable(node, name)
        elif name not in functions.ALLOWED:
            self.faults.add(
                node,
                t('The function "{name}" is not allowed in a mapping.', name=name),
                t("Only functions that make a value of other values are: none that reads files, network or settings."),
                t('Did you mean "{name}"?', name=close) if (close := nearest(name, functions.ALLOWED)) else "",
            )

    def _refuse_unrepeatable(self, node: Node, name: str) -> None:
        self.faults.add(
            node,
            t('"{name}" is not allowed in a mapping.', name=name),
            t("It gives another value at each load, so that the same input would not give the same rows."),
        )

    def _column(self, node: Node) -> None:
        """A bare name must be a column of some raw table read here or a name the query gives; so must table.name."""
        names = [name.lower() for name in node["column_names"]]
        if len(names) == 1 and names[0] not in self.names:
            if names[0] in functions.UNSTABLE_WORDS:
                self._refuse_unrepeatable(node, names[0])
            elif not self._faulty_tables():
                self._unknown_column(node, node["column_names"][0], list(self.tables))
        elif len(names) == 2 and names[0] in self.aliases:
            table = self.aliases[names[0]]
            columns = {column.lower() for column in (*self.raw[table], *PROVENANCE)}
            if names[1] not in columns | self.names:
                self._unknown_column(node, node["column_names"][1], [table])

    def _faulty_tables(self) -> bool:
        """Whether nothing can be said of columns, since a table is unknown."""
        return bool(self.faults.found) and not self.tables

    def _unknown_column(self, node: Node, name: str, tables: list[str]) -> None:
        known = [column for table in tables for column in self.raw[table]]
        self.faults.add(
            node,
            t('There is no column "{name}" in {tables}.', name=name, tables=", ".join(f'"{n}"' for n in tables) or "-"),
            next=did_you_mean(name, known),
        )


def _full_name(node: Node) -> list[str]:
    parts = [node.get("catalog_name"), node.get("schema_name"), node["table_name"]]
    return [part for part in parts if part]
