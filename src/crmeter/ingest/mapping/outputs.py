"""The columns that a mapping delivers, held against those of its canonical table."""

from __future__ import annotations

import re
import unicodedata

from crmeter.ingest.mapping.faults import Faults, did_you_mean
from crmeter.ingest.mapping.syntax import Node, leaves, output_name, walk
from crmeter.kernel.messages import t
from crmeter.model.table import Table

_LONGEST = 63


def deliver(tree: Node, table: Table, faults: Faults) -> tuple[str, ...]:
    """The names of the columns of ``tree`` in order, canonical ones as the model spells them."""
    branches = leaves(tree)
    named = [_projection(branch, faults) for branch in branches]
    if faults.found and not all(named):
        return ()
    first = named[0]
    for branch, names in zip(branches[1:], named[1:], strict=True):
        _compare(tree, branch, first, names, faults)
    ordered = list(dict.fromkeys(name for names in named for name in names)) if _by_name(tree) else first
    return tuple(_judge(branches[0], ordered, table, faults))


def _by_name(tree: Node) -> bool:
    return bool(tree["type"] == "SET_OPERATION_NODE" and "BY_NAME" in str(tree.get("setop_type")))


def _projection(select: Node, faults: Faults) -> list[str]:
    """The names of one SELECT in lower case; a star or a column without a name is a problem."""
    names: list[str] = []
    for position, item in enumerate(select.get("select_list", ()), 1):
        star = next((part for part in walk(item) if part.get("class") == "STAR" and _expands(item, part)), None)
        if star is not None:
            faults.add(
                star,
                t("Name the columns one by one instead of *."),
                t("A column that the source adds one day must not come in unseen."),
            )
            return []
        name = output_name(item)
        if not name:
            faults.add(
                item,
                t("Column {position} has no name.", position=position),
                next=t("Write AS and the canonical column's name behind it."),
            )
        elif name.lower() in names:
            faults.add(item, t('The column "{name}" is there twice.', name=name))
        names.append(name.lower() or f"?{position}")
    return names


def _expands(item: Node, star: Node) -> bool:
    """Whether a star makes several columns: itself an item of the projection, or COLUMNS(…) anywhere in one."""
    return star is item or bool(star.get("columns"))


def _compare(tree: Node, branch: Node, first: list[str], names: list[str], faults: Faults) -> None:
    """UNION puts columns together by their place, so each branch must name the same ones in the same order."""
    unnamed = any(name.startswith("?") for name in (*first, *names))
    if _by_name(tree) or unnamed or names == first:
        return
    faults.add(
        branch["select_list"][0],
        t("The SELECTs joined by UNION name different columns, or in another order."),
        t("UNION puts them together by their place, not by their name."),
        t("Write the same columns in the same order, or UNION ALL BY NAME."),
    )


def _judge(select: Node, names: list[str], table: Table, faults: Faults) -> list[str]:
    """Unknown columns, reserved names and required columns that are missing."""
    canonical = {column.name for column in table.columns}
    reserved = {name for name, _ in table.stored} - canonical
    items = {output_name(item).lower(): item for item in select["select_list"]}
    result: list[str] = []
    for name in names:
        item = items.get(name, select["select_list"][0])
        shown = output_name(item) or name
        if name.startswith("?"):
            continue
        if name in canonical or (table.open_ended and _attribute(item, shown, reserved, faults)):
            result.append(name if name in canonical else unicodedata.normalize("NFC", shown))
        elif not table.open_ended:
            faults.add(
                item,
                t('The table "{table}" has no column "{name}".', table=table.name, name=shown),
                next=did_you_mean(shown, canonical),
            )
    missing = [column.name for column in table.columns if column.required and column.name not in names]
    if missing:
        faults.add(
            faults.text.place(0),
            t('The table "{table}" needs {columns} too.', table=table.name, columns=", ".join(missing)),
            next=t("Add it to the SELECT, or take this mapping away if the source has no such data."),
        )
    return result


def _attribute(item: Node, name: str, reserved: set[str], faults: Faults) -> bool:
    """Whether ``name`` can be a custom attribute: a word (any script), not one that the model keeps for itself."""
    if name.isidentifier() and not name.startswith("_") and len(name) <= _LONGEST and name.lower() not in reserved:
        return True
    better = attribute_name(name, reserved)
    faults.add(
        item,
        t('"{name}" cannot be the name of a custom attribute.', name=name),
        t("Such a name is one word of letters, digits and _, not one that crmeter fills itself."),
        t('Write AS "{name}".', name=better),
    )
    return False


def attribute_name(header: str, reserved: set[str] | frozenset[str] = frozenset()) -> str:
    """A name for a custom attribute made of a header: one word, any script kept.

    >>> attribute_name("PaperlessBilling?"), attribute_name("2024 等級")
    ('paperless_billing', 'n_2024_等級')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", header))
    word = re.sub(r"\W+", "_", spaced).strip("_").lower()[:_LONGEST]
    word = word or "attribute"
    if not word.isidentifier():
        word = f"n_{word}"[:_LONGEST]
    return f"{word}_" if word in reserved else word
