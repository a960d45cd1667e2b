"""The report as a Word document: headings, lists and tables of its styles, charts as pictures with a description."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Emu, Mm, Pt

from crmeter.kernel.messages import t
from crmeter.reports import fonts
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
    Tile,
    Tiles,
    Tone,
)
from crmeter.reports.charts.draw import PAPER, picture, specified, svg
from crmeter.reports.charts.theme import COLOURS
from crmeter.reports.fonts.coverage import covered
from crmeter.reports.legible import clean, drawable
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import docx_parts as parts
from crmeter.reports.renderers import office
from crmeter.reports.renderers.pdf import sealed_at
from crmeter.reports.sections import shown

_SHORT = 16  # characters of a detail that stands on the line of its entry
_SMALL, _TINY = Pt(8.5), Pt(8)
_WIDTH = Mm(174)  # between the margins of a page of A4


def render(reading: Reading, lang: str) -> bytes:
    """The whole report. UserError where the fonts of the charts are not installed."""
    target, moment = io.BytesIO(), sealed_at(reading)
    document = Document()
    title = clean(f"{t('CRM performance evaluation')}{t(': ')}{reading.workspace}")
    parts.set_up(document, title, clean(reading.heading), moment)
    writing = _Writing(document)
    writing.open(reading)
    for section in shown(reading):
        blocks = section.blocks(reading)
        if blocks:
            document.add_heading(section.title(), 1)
            writing.write(blocks, 1)
    for said in reading.sealing:
        writing.text(said, size=_TINY, tone="muted")
    document.save(target)
    return office.fixed(target.getvalue(), moment)


class _Writing:
    """Blocks into a document."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._glyphs = covered(fonts.folder())

    def open(self, reading: Reading) -> None:
        """The head of the report: of whom, of what, on which data."""
        self.text(t("CRM performance evaluation"), tone="muted")
        self.document.add_paragraph(clean(reading.workspace), style="Title")
        self.text(reading.heading, size=Pt(13), tone="muted")
        for word, said in reading.about:
            paragraph = self.text(f"{word}{t(': ')}", size=_SMALL, tone="muted")
            self.run(paragraph, said, size=_SMALL)

    def write(self, blocks: Sequence[Block], level: int, above: str = "") -> None:
        for block in blocks:
            self._block(block, level, above)

    def _block(self, block: Block, level: int, above: str) -> None:
        match block:
            case Heading():
                self._heading(f"{block.icon} {block.text}".strip(), level + block.level, block.tone)
            case Paragraph():
                self._led(block.lead, block.text, block.tone)
            case Note():
                parts.framed(self._led(block.lead, block.text, "plain"), COLOURS["goal"])
            case Bullets():
                for number, item in enumerate(block.items, 1):
                    self._item(item, f"{number}." if block.numbered else "•")
            case Terms():
                for word, meaning in block.items:
                    self._led(word, meaning, "plain")
            case Tiles():
                self._tiles(block.items)
            case Table():
                self._table(block)
            case Chart():
                self._chart(block, above)
            case Group():
                self._group(block, level)

    def _group(self, block: Group, level: int) -> None:
        number = "" if block.number is None else f"{block.number}. "
        self._heading(number + block.title, level + 2, block.tone)
        about = " · ".join(text for text in (block.code, *block.evidence) if text)
        if about:
            self.text(about, size=_SMALL, tone="muted").paragraph_format.keep_with_next = True
        self.write(block.blocks, level + 1, block.title)

    def _heading(self, text: str, level: int, tone: Tone) -> None:
        heading = self._styled(f"Heading{min(level, 4)}")
        parts.add_run(heading, text, None, tone)

    def _styled(self, style: str) -> Any:
        """A paragraph of a style by its id: looking it up by its name takes ten times as long as all the rest."""
        paragraph = self.document.add_paragraph()
        paragraph._p.style = style
        return paragraph

    def text(self, said: str, *, size: Any = None, tone: Tone = "plain") -> Any:
        """A paragraph of its own."""
        paragraph = self.document.add_paragraph()
        self.run(paragraph, said, size=size, tone=tone)
        return paragraph

    def run(self, paragraph: Any, said: str, *, size: Any = None, tone: Tone = "plain", bold: bool = False) -> None:
        """More text in a paragraph. The spaces at its ends are kept: they part it from its neighbours."""
        parts.add_run(paragraph, said, None if size is None else size.pt, tone, bold=bold)

    def _led(self, lead: str, said: str, tone: Tone) -> Any:
        paragraph = self.document.add_paragraph()
        if lead:
            self.run(paragraph, lead, bold=True)
            self.run(paragraph, t(": "))
        self.run(paragraph, said, tone=tone)
        return paragraph

    def _item(self, item: Item | str, sign: str) -> None:
        held = item if isinstance(item, Item) else Item(item)
        paragraph = self._styled("ListParagraph")
        self.run(paragraph, sign)
        parts.add_tab(paragraph)
        self.run(paragraph, held.text, bold=held.strong)
        for mark in held.marks:
            self.run(paragraph, f" [{mark}]", size=_SMALL, tone="warn")
        if held.detail:
            if len(held.detail) <= _SHORT:
                self.run(paragraph, " ")
            else:
                parts.add_break(paragraph)
            self.run(paragraph, held.detail, size=_SMALL, tone="muted")

    def _tiles(self, tiles: Sequence[Tile]) -> None:
        table = self.document.add_table(1, len(tiles))
        parts.rule(table, box=True)
        for cell, tile in zip(table.rows[0].cells, tiles, strict=True):
            paragraph = cell.paragraphs[0]
            self.run(paragraph, f"{tile.icon} {tile.label}".strip(), size=_SMALL, tone="muted")
            parts.add_break(paragraph)
            self.run(paragraph, tile.figure, size=Pt(18), tone=tile.tone, bold=True)
        self._gap()

    def _table(self, block: Table) -> None:
        if block.title:
            self.text(block.title, size=_SMALL, tone="muted").paragraph_format.keep_with_next = True
        table = self.document.add_table(1, len(block.columns))
        parts.rule(table)
        for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
            paragraph = _aligned(cell.paragraphs[0], column.kind)
            self.run(paragraph, column.heading, size=_TINY, tone="muted", bold=True)
            if column.below:
                parts.add_break(paragraph)
                self.run(paragraph, column.below, size=_TINY, tone="muted")
        for row in block.rows:
            for cell, held, column in zip(table.add_row().cells, row, block.columns, strict=True):
                self._cell(_aligned(cell.paragraphs[0], column.kind), held, column.kind)
        parts.finish(table, [column.width for column in block.columns], _WIDTH)
        self._gap()

    def _cell(self, paragraph: Any, held: Cell | str, kind: str) -> None:
        cell = held if isinstance(held, Cell) else Cell(held)
        tone: Tone = cell.tone if kind == "text" or cell.tone == "strong" else "plain"
        self.run(paragraph, cell.text, size=_SMALL, tone=tone)
        small = (*((cell.code,) if cell.code else ()), *cell.lines)
        for said, ink in (*((said, "muted") for said in small), *((mark, "warn") for mark in cell.marks)):
            parts.add_break(paragraph)
            self.run(paragraph, said, size=Pt(7.5), tone=ink)  # type: ignore[arg-type]

    def _chart(self, block: Chart, above: str) -> None:
        if block.title != above:
            self.run(_kept(self.document.add_paragraph()), block.title, bold=True)
        if block.subtitle:
            self.run(_kept(self.document.add_paragraph()), block.subtitle, size=_SMALL, tone="muted")
        wide = min(block.wide, PAPER)
        drawn = drawable(svg(specified(block)(wide)), self._glyphs)
        shape = self.document.add_picture(io.BytesIO(picture(drawn)), width=Emu(int(_WIDTH * wide / PAPER)))
        parts.describe(shape, clean(block.title), clean(block.described or block.subtitle))

    def _gap(self) -> None:
        """A little room below a table, which has none of its own."""
        self.document.add_paragraph().paragraph_format.line_spacing = Pt(6)


def _kept(paragraph: Any) -> Any:
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def _aligned(paragraph: Any, kind: str) -> Any:
    if kind != "text":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return paragraph
