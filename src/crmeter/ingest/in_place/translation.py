"""Mappings in the SQL of a server. What is not known to mean the same there is refused, with its place."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from typing import Any

from sqlglot import ErrorLevel, exp, parse_one
from sqlglot.errors import SqlglotError

from crmeter.ingest.in_place.site import Shape, Site
from crmeter.ingest.mapping import Mapping
from crmeter.ingest.mapping.faults import Faults
from crmeter.ingest.mapping.syntax import Place, Text
from crmeter.kernel.messages import t
from crmeter.warehouse.identifier import quoted

_QUERIES = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.With, exp.CTE, exp.Subquery, exp.Union,
    exp.Table, exp.TableAlias, exp.Alias, exp.Column, exp.Identifier, exp.Distinct, exp.Order, exp.Ordered,
)  # fmt: skip
_VALUES = (
    exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Neg, exp.Cast, exp.DataType, exp.DataTypeParam, exp.Case, exp.If,
    exp.Coalesce, exp.Nullif, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is,
    exp.In, exp.Tuple, exp.Between, exp.Like, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Exists,
)  # fmt: skip
_FUNCTIONS = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Abs, exp.Ceil, exp.Floor, exp.DPipe, exp.Concat, exp.Lower, exp.Upper,
    exp.Trim, exp.Length, exp.Substring, exp.Left, exp.Right, exp.Replace,
    exp.Count, exp.Sum, exp.Min, exp.Max, exp.Star,
    exp.Window, exp.WindowSpec, exp.RowNumber,
)  # fmt: skip
KNOWN = (*_QUERIES, *_VALUES, *_FUNCTIONS)
"""What DuckDB, PostgreSQL, ClickHouse and Spark understand alike once it is written in their words."""

_TYPES = ("TEXT", "VARCHAR", "INT", "BIGINT", "SMALLINT", "DOUBLE", "BOOLEAN", "DECIMAL", "DATE")
_UTF8 = {  # where ClickHouse's own words count bytes
    exp.Lower: "lowerUTF8", exp.Upper: "upperUTF8", exp.Length: "lengthUTF8", exp.Substring: "substringUTF8",
    exp.Left: "leftUTF8", exp.Right: "rightUTF8",
}  # fmt: skip
_WHOLE = (exp.DataType.Type.INT, exp.DataType.Type.BIGINT, exp.DataType.Type.SMALLINT)
_NO_SIGN = {"postgres": "", "spark": "\u0001"}  # what LIKE … ESCAPE names, so that it is in no text
_JOINS = ("", "INNER", "OUTER", "CROSS")


def translated(mapping: Mapping, site: Site, schema: str, shape: Shape) -> str:
    """The SELECT of a checked mapping on the server, its columns named as the model spells them.

    Raw tables are read from ``schema``. Raises UserError with every part that cannot be translated, and its place.
    """
    text = Text(mapping.path, mapping.text)
    faults = Faults(text)
    try:
        tree: Any = parse_one(mapping.text, dialect="duckdb")
    except SqlglotError as error:
        faults.add(Place(mapping.path, 1, 1), t("This cannot be translated for the server: {said}", said=str(error)))
        faults.raise_all()
    for node in tree.walk():
        if problem := _problem(node, text):
            faults.add(_place(node, text), problem, next=t("Say it otherwise, or make a view on the server."))
    faults.raise_all()
    paths = {name.casefold(): site.path(schema, name) for name in mapping.raw_tables}
    _name_as_there(tree, paths, [name for table in mapping.raw_tables for name in shape[table]])
    _in_words_of(tree, site.dialect)
    given = ", ".join(
        f"{quoted(there)} AS {quoted(name)}" for there, name in zip(tree.named_selects, mapping.columns, strict=True)
    )
    sql = tree.sql(site.dialect, identify=True, unsupported_level=ErrorLevel.IGNORE)
    return f"SELECT {given} FROM ({sql}) AS given"


def _problem(node: Any, text: Text) -> str:
    """Why a part of the tree is not translated; empty where it is."""
    if isinstance(node, exp.DataType):
        kind = node.this.value if isinstance(node.this, exp.DataType.Type) else str(node.this)
        known = kind in _TYPES and (kind != "DECIMAL" or node.expressions)
        name = kind.removesuffix("NTZ")
        return "" if known else t("The type {name} is not translated for a server.", name=name)
    if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
        return t("* is not translated for a server: name the columns.")
    name = _special(node)
    if name or isinstance(node, exp.TryCast) or not isinstance(node, KNOWN):
        return t("“{name}” is not translated for a server.", name=(name or _said(node, text)).upper())
    return ""


def _said(node: Any, text: Text) -> str:
    """What the user wrote for a part of the tree, where the parser kept its place."""
    return text.text[node.meta["start"] : node.meta["end"] + 1] if "start" in node.meta else str(node.key)


def _special(node: Any) -> str:
    """What is known only in its plain form, where it is in another."""
    match node:
        case exp.Order() if not isinstance(node.parent, exp.Window):
            return "ORDER BY"
        case exp.Join() if node.kind.upper() not in _JOINS or node.method:
            return f"{node.method or node.kind} JOIN"
        case exp.Group() if node.args.get("all") or node.args.get("rollup") or node.args.get("cube"):
            return "GROUP BY ALL"
        case exp.Trim() if node.expression:
            return "TRIM(…, …)"  # ClickHouse takes bytes for signs
        case exp.Distinct() if node.args.get("on"):
            return "DISTINCT ON"
        case exp.In() if node.args.get("query") and isinstance(node.parent, exp.Not):
            return "NOT IN (SELECT …)"  # of nothing known, engines think differently
    return ""


def _place(node: Any, text: Text) -> Place:
    """Where a part stands: the parser keeps the places of names, values and most functions."""
    while node is not None:
        starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
        if starts:
            return text.place(min(starts))
        node = node.parent
    return text.place(0)


def _name_as_there(tree: Any, paths: Dict[str, tuple[str, ...]], columns: Iterable[str]) -> None:
    """Names as the server spells them, where DuckDB does not tell case apart; raw tables by their ``paths``."""
    steps = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    spelled = {name.casefold(): name for name in columns}
    for name in tree.find_all(exp.Identifier):
        name.set("this", spelled.get(name.name.casefold(), name.name.casefold()))
    for node in tree.find_all(exp.Table):
        path = paths.get(node.name.casefold(), ())
        if path and node.name.casefold() not in steps:
            if not node.alias:
                node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
            for part, name in zip(("this", "db"), reversed(path), strict=False):
                node.set(part, exp.to_identifier(name, quoted=True))


def _in_words_of(tree: Any, dialect: str) -> None:
    """Words that sqlglot leaves as they are, and that mean something else there."""
    if dialect == "clickhouse":
        _in_words_of_clickhouse(tree)
    if dialect == "spark":
        _in_words_of_spark(tree)
    if dialect in _NO_SIGN:  # a backslash would stand for the sign after it
        for node in _inner_first(tree, exp.Like):
            node.replace(exp.Escape(this=node.copy(), expression=exp.Literal.string(_NO_SIGN[dialect])))


def _in_words_of_clickhouse(tree: Any) -> None:
    for kind, name in _UTF8.items():
        for node in _inner_first(tree, kind):
            arguments = [part.copy() for part in node.iter_expressions()]
            node.replace(exp.Anonymous(this=name, expressions=arguments))
    for node in tree.find_all(exp.Div):  # of decimals it would cut off
        node.set("this", exp.cast(node.this.copy(), "DOUBLE"))
    for node in tree.find_all(exp.DataType):
        if node.this is exp.DataType.Type.DATE:
            node.set("this", exp.DataType.Type.DATE32)
    for node in tree.find_all(exp.Like):  # a backslash would stand for the sign after it
        signs = [exp.Literal.string(sign) for sign in ("\\", "\\\\")]
        node.set("expression", exp.Anonymous(this="replaceAll", expressions=[node.expression.copy(), *signs]))
    _round_whole(tree)


def _in_words_of_spark(tree: Any) -> None:
    for node in _inner_first(tree, exp.Div):  # by zero it would fail
        parts = [exp.cast(node.this.copy(), "DOUBLE"), node.expression.copy()]
        node.replace(exp.Anonymous(this="try_divide", expressions=parts))
    _round_whole(tree)


def _round_whole(tree: Any) -> None:
    """Casts to whole numbers go to the nearest one, where the server would cut off what comes after the point."""
    for node in tree.find_all(exp.Cast):
        if node.to.this in _WHOLE:
            exact = exp.cast(node.this.copy(), "DECIMAL(38, 9)")
            node.set("this", exp.Anonymous(this="round", expressions=[exact]))


def _inner_first(tree: Any, kind: type[Any]) -> list[Any]:
    """Parts that are to be replaced by others that hold copies of what is in them."""
    return list(tree.find_all(kind))[::-1]
