"""Carrying ``_file`` and ``_row`` of the raw rows through a mapping, without changing the rows it delivers."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from crmeter.ingest.mapping.functions import AGGREGATES
from crmeter.ingest.mapping.syntax import Node, parse, sides, walk


def with_provenance(tree: Node) -> Node:
    """The tree with ``_file`` and ``_row`` as last columns."""
    tree = deepcopy(tree)
    ctes, tree["cte_map"] = tree.get("cte_map"), {"map": []}  # stay outermost, whatever is put around the rest
    found = _trace(tree)
    found["cte_map"] = ctes
    return found


def _trace(node: Node) -> Node:
    if node["type"] == "SET_OPERATION_NODE":
        return _trace_union(node)
    if _distinct(node) is not None:
        return _trace_distinct(node)
    node["select_list"] = [*node["select_list"], *_columns(node)]
    return node


def _trace_union(node: Node) -> Node:
    """Branches of a UNION ALL carry their own; equal rows of a UNION keep the first; other kinds know none."""
    if node.get("setop_type") not in ("UNION", "UNION_BY_NAME") or node.get("cte_map", {}).get("map"):
        return _around(node, "SELECT *, NULL::VARCHAR AS _file, NULL::BIGINT AS _row FROM (SELECT 1) AS q")
    distinct = not node.get("setop_all")
    if distinct and _cuts(node):
        return _around(node, "SELECT *, NULL::VARCHAR AS _file, NULL::BIGINT AS _row FROM (SELECT 1) AS q")
    traced = [_trace(side) for side in sides(node)]
    if node.get("children"):
        node["children"] = traced
    else:
        node["left"], node["right"] = traced
    if not distinct:
        return node
    node["setop_all"] = True
    node["modifiers"] = []
    return _first_of_equals(node)


def _trace_distinct(node: Node) -> Node:
    """SELECT DISTINCT: the first of the equal rows. DISTINCT ON keeps one row anyway, which has its own."""
    distinct = _distinct(node)
    assert distinct is not None
    if distinct.get("distinct_on_targets"):
        node["select_list"] = [*node["select_list"], *_columns(node)]
        return node
    if _cuts(node):
        node["select_list"] = [*node["select_list"], *_nothing()]
        return node
    node["modifiers"] = []
    node["select_list"] = [*node["select_list"], *_columns(node)]
    return _first_of_equals(node)


def _distinct(node: Node) -> Node | None:
    return next((m for m in node.get("modifiers", ()) if m["type"] == "DISTINCT_MODIFIER"), None)


def _cuts(node: Node) -> bool:
    """Whether a LIMIT cuts the rows."""
    return any(m["type"].startswith("LIMIT") for m in node.get("modifiers", ()))


def _columns(node: Node) -> list[Node]:
    """What to add to a projection: the row's own place, for a group that of its first row, else nulls."""
    table = _main_table(node.get("from_table") or {})
    if table is None:
        return _nothing()
    file, row = _reference(table, "_file"), _reference(table, "_row")
    if not _aggregates(node):
        return [file, row]
    items: list[Node] = _projection(
        "SELECT min(struct_pack(f := a, r := b)).f AS _file, min(struct_pack(f := a, r := b)).r AS _row"
    )
    for item in items:
        for inner in walk(item):
            for child in inner.get("children") or ():
                if child.get("class") == "COLUMN_REF" and child["column_names"] in (["a"], ["b"]):
                    child["column_names"] = [table, "_file" if child["column_names"] == ["a"] else "_row"]
    return items


def _first_of_equals(node: Node) -> Node:
    """One row for each set of equal rows of ``node``, whose last columns are _file and _row."""
    return _around(
        node,
        "SELECT * EXCLUDE (_file, _row), min(struct_pack(f := q._file, r := q._row)).f AS _file,"
        " min(struct_pack(f := q._file, r := q._row)).r AS _row FROM (SELECT 1) AS q GROUP BY ALL",
    )


def _around(node: Node, template: str) -> Node:
    """``template`` with its subquery put in."""
    outer = parse(template)
    outer["from_table"]["subquery"]["node"] = node
    return outer


def _main_table(relation: Node) -> str | None:
    """The name under which the first raw table of FROM can be asked for its _file and _row."""
    while relation.get("type") == "JOIN" and relation.get("join_type") in ("INNER", "LEFT", "SEMI", "ANTI"):
        relation = relation["left"]
    if relation.get("type") == "BASE_TABLE" and "_raw" in relation:
        return str(relation.get("alias") or relation["table_name"])
    return None


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


def _reference(table: str, column: str) -> Node:
    item = _projection("SELECT a.b")[0]
    return item | {"column_names": [table, column], "alias": column}


def _nothing() -> list[Node]:
    return _projection("SELECT NULL::VARCHAR AS _file, NULL::BIGINT AS _row")


def _projection(sql: str) -> list[Node]:
    return list(parse(sql)["select_list"])
