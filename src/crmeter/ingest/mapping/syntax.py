"""DuckDB's own syntax tree of a SELECT: what is checked is what runs, since no second parser stands between.

A tree is the plain JSON of ``json_serialize_sql``; a node of it is a dict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

Node = dict[str, Any]

_NOWHERE = 2**64 - 1  # what DuckDB writes where a node has no place of its own


@dataclass(frozen=True)
class Place:
    """Where in a mapping file something stands; line and column count from 1, columns in characters."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Text:
    """The text of one mapping file."""

    path: str
    text: str

    def place(self, offset: int) -> Place:
        """The place of the character at ``offset``."""
        before = self.text[:offset]
        return Place(self.path, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)

    def place_of(self, node: Node) -> Place:
        """The place of a node of the tree; the start of the file where the parser kept none."""
        location = node.get("query_location", _NOWHERE)
        if location == _NOWHERE:
            return self.place(0)
        return self.place(len(self.text.encode()[:location].decode(errors="ignore")))  # DuckDB counts bytes


@dataclass(frozen=True)
class Statement:
    """One statement of a text: its kind in DuckDB's words and the offset (characters) where it starts."""

    kind: str
    offset: int


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """An empty database that only parses; nothing of the user's ever runs in it."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    return duckdb.connect(":memory:", config=settings)


class Unreadable(Exception):
    """The text is no SQL: what the parser says, and the offset (characters) where it stopped."""

    def __init__(self, said: str, offset: int) -> None:
        super().__init__(said)
        self.offset = offset


def statements(text: str) -> list[Statement]:
    """The statements of ``text``, of whatever kind."""
    _serialized(text)
    found: list[Statement] = []
    start = 0
    try:
        extracted = _parser().cursor().extract_statements(text)
    except duckdb.Error as error:  # IMPORT DATABASE wants to read its file right here, and may not
        raise Unreadable(str(error).splitlines()[0], 0) from error
    for statement in extracted:
        offset = max(text.find(statement.query, start), start)
        found.append(Statement(str(statement.type).rpartition(".")[2], offset + _blank(statement.query)))
        start = offset + len(statement.query)
    return found


def _blank(text: str) -> int:
    """How many characters of semicolons, blanks and comments ``text`` begins with."""
    match = re.match(r"(?:[\s;]+|--[^\n]*\n?|/\*.*?\*/)*", text, re.DOTALL)
    return match.end() if match else 0


def _serialized(text: str) -> Node:
    """What DuckDB makes of ``text``: trees, or for anything but SELECTs the error "not implemented"."""
    row = _parser().cursor().execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
    try:
        tree: Node = json.loads(row[0]) if row else {}
    except RecursionError as error:
        raise Unreadable("nested too deeply", 0) from error
    if tree.get("error") and tree.get("error_type") != "not implemented":
        at = int(tree.get("position") or 0)
        raise Unreadable(str(tree.get("error_message", "")), len(text.encode()[:at].decode(errors="ignore")))
    return tree


def parse(text: str) -> Node | None:
    """The tree of the first statement of ``text``, None if it is no SELECT."""
    tree = _serialized(text)
    return None if tree.get("error") else tree["statements"][0]["node"]


def template(text: str) -> Node:
    """The tree of a SELECT of our own."""
    node = parse(text)
    assert node is not None
    return node


def render(node: Node) -> str:
    """The SQL of a tree, as DuckDB writes it."""
    tree = {"error": False, "statements": [{"node": node, "named_param_map": []}]}
    text = json.dumps(tree, ensure_ascii=False)
    row = _parser().cursor().execute("SELECT json_deserialize_sql(?::VARCHAR::JSON)", [text]).fetchone()
    assert row is not None
    return str(row[0])


def walk(value: object) -> Iterator[Node]:
    """Every dict below ``value``, itself first, from left to right."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(reversed(found.values()))
        elif isinstance(found, list):
            waiting.extend(reversed(found))


def depth(value: object) -> int:
    """How deep the lists and dicts of ``value`` are nested."""
    deepest, level = 0, [value]
    while level:
        deepest += 1
        inner = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [value for part in inner for value in part]
    return deepest


def leaves(node: Node) -> list[Node]:
    """The SELECTs that a query node is made of: itself, or the branches of its UNIONs, from left to right."""
    if node["type"] == "SET_OPERATION_NODE":
        return [leaf for side in sides(node) for leaf in leaves(side)]
    return [node]


def sides(node: Node) -> list[Node]:
    """The branches of a set operation."""
    return list(node.get("children") or []) or [node["left"], node["right"]]


def output_name(expression: Node) -> str:
    """The name that an item of a projection gives its column, empty if it has none."""
    if expression.get("alias"):
        return str(expression["alias"])
    return str(expression["column_names"][-1]) if expression["class"] == "COLUMN_REF" else ""
