"""The report as Markdown: tables and lists that a chat tool or a wiki shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crmeter.kernel.messages import t
from crmeter.reports.blocks import (
    Block,
    Bullets,
    Cell,
    Chart,
    Group,
    Heading,
    Item,
    Note,
    Paragraph,
    Table,
    Terms,
    Tiles,
)
from crmeter.reports.reading import Reading
from crmeter.reports.sections import shown

_SPECIAL = re.compile(r"[\\`*_\[\]>|~#]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_SPACE = re.compile(r"\s+")
_MARKER = re.compile(r"^([-+]|\d+[.)])(?=\s|$)")


def escape(value: object) -> object:
    """Text of users as text: no markup, no HTML, no second cell, no new line. What is Markup is done already."""
    if isinstance(value, Markup):
        return value
    plain = _SPACE.sub(" ", str(value))
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found.group(), "\\" + found.group()), plain)


def code(value: object) -> Markup:
    """An id or a hash as code; backticks and pipes would end it."""
    plain = _SPACE.sub(" ", str(value)).replace("`", "'").replace("|", "¦")
    return Markup(f"`{plain}`")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("crmeter.reports", ""),
        autoescape=False,  # HTML escaping would show in Markdown: finalize escapes every value for Markdown instead
        finalize=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    made.filters["code"] = code
    made.globals.update(t=t)
    return made


def render(reading: Reading, lang: str) -> str:
    """The whole report."""
    parts = []
    for section in shown(reading):
        blocks = section.blocks(reading)
        if blocks:
            parts.append((section.title(), Markup("\n\n".join(_all(blocks, 2)))))
    page = _environment().get_template("renderers/page.md").render(reading=reading, lang=lang, parts=parts)
    return re.sub(r"\n{3,}", "\n\n", page).strip() + "\n"


def _all(blocks: Sequence[Block], level: int, above: str = "") -> Iterator[str]:
    for block in blocks:
        said = _block(block, level, above)
        if said:
            yield said


def _block(block: Block, level: int, above: str) -> str:
    """One block; ``above`` is the title it stands under, which a chart does not say again."""
    match block:
        case Heading():
            return f"{'#' * (level + block.level)} {_words(block.icon, block.text)}"
        case Paragraph():
            return _lead(block.lead) + (_strong(block.text) if block.tone == "strong" else _line(block.text))
        case Note():
            return f"> {_lead(block.lead)}{_line(block.text)}"
        case Bullets():
            signs = (f"{number}. " if block.numbered else "- " for number in range(1, len(block.items) + 1))
            return "\n".join(sign + _item(item) for sign, item in zip(signs, block.items, strict=True))
        case Terms():
            return "\n".join(f"- {_strong(word)}{t(': ')}{escape(meaning)}" for word, meaning in block.items)
        case Tiles():
            return " · ".join(f"{_words(tile.icon, tile.label)} {_strong(tile.figure)}" for tile in block.items)
        case Table():
            return _table(block)
        case Chart():
            said = str(_line(block.described or block.subtitle))
            return said if block.title == above else f"{_strong(block.title)}\n\n{said}"
        case Group():
            return "\n\n".join(_group(block, level))


def _group(block: Group, level: int) -> Iterator[str]:
    number = "" if block.number is None else f"{block.number}. "
    yield f"{'#' * (level + 2)} {number}{escape(block.title)}"
    about = [*([str(code(block.code))] if block.code else []), *(str(escape(text)) for text in block.evidence)]
    if about:
        yield " · ".join(about)
    yield from _all(block.blocks, level + 1, block.title)


def _table(block: Table) -> str:
    heads = [f"{column.heading} ({column.below})" if column.below else column.heading for column in block.columns]
    lines = [f"| {' | '.join(str(escape(head)) for head in heads)} |"]
    lines.append("|" + "|".join("---" if column.kind == "text" else "--:" for column in block.columns) + "|")
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in block.rows]
    return "\n".join([*([str(escape(block.title)), ""] if block.title else []), *lines])


def _cell(cell: Cell | str) -> str:
    if isinstance(cell, str):
        return str(escape(cell))
    said = _strong(cell.text) if cell.tone == "strong" else str(escape(cell.text))
    coded = f" {code(cell.code)}" if cell.code else ""
    return said + coded + "".join(f" · {escape(text)}" for text in (*cell.lines, *cell.marks))


def _item(item: Item | str) -> str:
    if isinstance(item, str):
        return _line(item)
    marks = "".join(f" ({escape(mark)})" for mark in item.marks)
    detail = f"  \n   {_line(item.detail)}" if item.detail else ""
    return (_strong(item.text) if item.strong else _line(item.text)) + marks + detail


def _line(text: str) -> str:
    """Text at the start of a line, where a dash or a number would begin a list."""
    return _MARKER.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", str(escape(text)))


def _strong(text: str) -> str:
    said = str(escape(text)).strip()
    return f"**{said}**" if said else ""


def _lead(lead: str) -> str:
    return f"{_strong(lead)}{t(': ')}" if lead else ""


def _words(*words: str) -> str:
    return " ".join(str(escape(word)) for word in words if word)
