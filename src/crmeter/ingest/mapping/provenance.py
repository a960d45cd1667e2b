"""Carrying ``_file`` and ``_row`` of the raw rows through a mapping, without changing the rows it delivers."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from crmeter.ingest.mapping.functions import AGGREGATES
from crmeter.ingest.mapping.syntax import Node, sides, template, walk

_UNKNOWN = "SELECT *, NULL::VARCHAR AS _file, NULL::BIGINT AS _row FROM (SELECT 1) AS q"
_LAST = "SELECT * EXCLUDE (_file, _row), q._file AS _file, q._row AS _row FROM (SELECT 1) AS q"
_FIRST = (
    "SELECT * EXCLUDE (_file, _row), min(struct_pack(f := q._file, r := q._row)).f AS _file,"
    " min(struct_pack(f := q._file, r := q._row)).r AS _row FROM (SELECT 1) AS q GROUP BY ALL"
)


def with_provenance(tree: Node) -> Node:
    """The tree with ``_file`` and ``_row`` as last columns."""
    tree = deepcopy(tree)
    ctes = tree.get("cte_map") or {"map": []}
    tree["cte_map"] = {"map": []}
    views = {entry["key"].lower(): entry["value"] for entry in ctes["map"]}
    found = _Trace(views, _has_star(tree, ctes)).query(tree)
    found["cte_map"] = ctes  # outermost, whatever was put around the rest
    return found


def _has_star(*parts: Node) -> bool:
    return any(node.get("class") == "STAR" for part in parts for node in walk(part))


@dataclass
class _Trace:
    """One walk from the outermost SELECT down to the raw tables its rows come from."""

    views: dict[str, Node]  # what WITH names, in lower case
    stars: bool  # a * anywhere: then nothing may be added to what it reads
    told: set[int] = field(default_factory=set)  # views that already have the two columns

    def query(self, node: Node) -> Node:
        """The node with the two columns added; it may come back inside of another one."""
        if node["type"] == "SET_OPERATION_NODE":
            return self._union(node)
        distinct = next((m for m in node.get("modifiers", ()) if m["type"] == "DISTINCT_MODIFIER"), None)
        if distinct is None or distinct.get("distinct_on_targets"):  # DISTINCT ON keeps one row, which has its own
            node["select_list"] = [*node["select_list"], *self._columns(node)]
            return node
        if _cuts(node):
            node["select_list"] = [*node["select_list"], *_nothing()]
            return node
        node["modifiers"] = []
        node["select_list"] = [*node["select_list"], *self._columns(node)]
        return _around(node, _FIRST)

    def _union(self, node: Node) -> Node:
        """Branches of a UNION ALL carry their own; equal rows of a UNION keep the first; other kinds know none."""
        distinct = not node.get("setop_all")
        united = node.get("setop_type") in ("UNION", "UNION_BY_NAME") and not (node.get("cte_map") or {}).get("map")
        if not united or (distinct and _cuts(node)):
            return _around(node, _UNKNOWN)
        traced = [self.query(side) for side in sides(node)]
        if node.get("children"):
            node["children"] = traced
        else:
            node["left"], node["right"] = traced
        if not distinct and node["setop_type"] == "UNION_BY_NAME":  # a column of a later branch comes behind the two
            return _around(node, _LAST)
        if not distinct:
            return node
        node["setop_all"], node["modifiers"] = True, []
        return _around(node, _FIRST)

    def _columns(self, node: Node) -> list[Node]:
        """What to add to a projection: the row's own place, for a group that of its first row, else nulls."""
        own_names = (node.get("cte_map") or {}).get("map")  # they might hide those of ``views``
        table = None if own_names else self._main_table(node.get("from_table") or {}, alone=True)
        if table is None:
            return _nothing()
        if not _aggregates(node):
            return [_reference(table, "_file"), _reference(table, "_row")]
        items = _projection(
            "SELECT min(struct_pack(f := a, r := b)).f AS _file, min(struct_pack(f := a, r := b)).r AS _row"
        )
        for inner in walk(items):
            for child in inner.get("children") or ():
                if child.get("class") == "COLUMN_REF" and child["column_names"] in (["a"], ["b"]):
                    child["column_names"] = [*table, "_file" if child["column_names"] == ["a"] else "_row"]
        return items

    def _main_table(self, relation: Node, *, alone: bool) -> list[str] | None:
        """How the _file and _row of the first table of FROM are called there: ["o"] for o._file; None if unknown."""
        kind = relation.get("type")
        if kind == "JOIN" and relation.get("join_type") in ("INNER", "LEFT", "SEMI", "ANTI"):
            return self._main_table(relation["left"], alone=False)
        if kind == "PIVOT" and alone and "_raw" in (relation.get("source") or {}):
            return [relation["alias"]] if relation.get("alias") else []
        if kind == "BASE_TABLE":
            view = self.views.get(relation["table_name"].lower())
            if "_raw" in relation or (view and not view.get("aliases") and self._tell(view["query"])):
                return [relation.get("alias") or relation["table_name"]]
        if kind == "SUBQUERY" and relation.get("alias") and not relation.get("column_name_alias"):
            return [relation["alias"]] if self._tell(relation["subquery"]) else None
        return None

    def _tell(self, holder: Node) -> bool:
        """Whether the query in ``holder["node"]`` has the two columns, or could be given them."""
        if id(holder) in self.told:
            return True
        node = holder["node"]
        if node["type"] != "SELECT_NODE" or (node.get("cte_map") or {}).get("map"):
            return False
        if _passes_on(node):
            return True
        if self.stars or any(m["type"] == "DISTINCT_MODIFIER" for m in node.get("modifiers", ())):
            return False
        holder["node"] = self.query(node)
        self.told.add(id(holder))
        return True


def _passes_on(node: Node) -> bool:
    """SELECT *, … FROM one raw table: its _file and _row come with the star."""
    stars = [item for item in node["select_list"] if item["class"] == "STAR" and not item.get("columns")]
    plain = any(not star.get("exclude_list") and not star.get("rename_list") for star in stars)
    return plain and len(stars) == 1 and "_raw" in (node.get("from_table") or {})


def _cuts(node: Node) -> bool:
    """Whether a LIMIT cuts the rows."""
    return any(m["type"].startswith("LIMIT") for m in node.get("modifiers", ()))


def _around(node: Node, sql: str) -> Node:
    """A SELECT of ours around ``node``, in the place of its subquery."""
    outer = template(sql)
    outer["from_table"]["subquery"]["node"] = node
    return outer


def _aggregates(node: Node) -> bool:
    """Whether the SELECT makes groups of rows."""
    if node.get("group_sets") or node.get("group_expressions") or node.get("having"):
        return True
    if node.get("aggregate_handling") == "FORCE_AGGREGATES":
        return True
    return any(_has_aggregate(item) for item in node["select_list"])


def _has_aggregate(value: Any) -> bool:
    """Whether an aggregate function stands in an expression, outside of subqueries."""
    if isinstance(value, list):
        return any(_has_aggregate(inner) for inner in value)
    if not isinstance(value, dict) or value.get("class") == "SUBQUERY":
        return False
    if value.get("class") == "FUNCTION" and value["function_name"].lower() in AGGREGATES:
        return True
    return any(_has_aggregate(inner) for inner in value.values())


def _reference(table: list[str], column: str) -> Node:
    return _projection("SELECT a.b")[0] | {"column_names": [*table, column], "alias": column}


def _nothing() -> list[Node]:
    return _projection("SELECT NULL::VARCHAR AS _file, NULL::BIGINT AS _row")


def _projection(sql: str) -> list[Node]:
    return list(template(sql)["select_list"])
