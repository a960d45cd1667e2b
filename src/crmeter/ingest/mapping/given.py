"""Which columns a mapping gives, told from its text alone."""

from __future__ import annotations

from crmeter.ingest.mapping.syntax import Node, Unreadable, leaves, output_name, parse


def given_columns(text: str) -> frozenset[str] | None:
    """The columns that a mapping delivers with something in them; None where its text does not say.

    >>> sorted(given_columns("SELECT a AS x, NULL AS y, 'TWD' AS currency FROM t") or ())
    ['currency', 'x']
    >>> given_columns("SELECT * FROM t") is None
    True
    """
    try:
        tree = parse(text)
    except Unreadable:
        return None
    if tree is None:
        return None
    selects = [leaf.get("select_list", []) for leaf in leaves(tree)]
    if any(item["class"] == "STAR" for items in selects for item in items):
        return None
    names = [output_name(item) for item in selects[0]]
    filled = {place for items in selects for place, item in enumerate(items) if not _is_null(item)}
    return frozenset(name for place, name in enumerate(names) if name and place in filled)


def _is_null(item: Node) -> bool:
    """NULL as it is, or as a type."""
    while item["class"] == "CAST":
        item = item["child"]
    return bool(item["class"] == "CONSTANT" and item["value"]["is_null"])
