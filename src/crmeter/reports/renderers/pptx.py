"""The report as a presentation: one finding a slide, the finding as its title, its evidence in the notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pptx.enum.text import MSO_ANCHOR
from pptx.util import Emu, Inches, Pt

from crmeter.kernel.messages import t
from crmeter.reports.blocks import (
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
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
    subtitle_of_own,
)
from crmeter.reports.legible import clean
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import office
from crmeter.reports.renderers.pdf import sealed_at
from crmeter.reports.renderers.pptx_charts import add_chart
from crmeter.reports.renderers.pptx_parts import (
    BOTTOM,
    EDGE,
    INNER,
    TOP,
    Line,
    add_lines,
    add_notes,
    add_run,
    fitted,
    presentation,
    shortened,
    slide,
)
from crmeter.reports.sections import shown

_WIDE = 100  # places of a line of running text, about
_ROWS = 9  # of a table on one slide
_CELL = 64  # places of a cell
_GAP = Inches(0.3)
_ICONS = {"good": "✓", "bad": "✕"}  # before the title of a finding, so that colour never says it alone


def render(reading: Reading, lang: str) -> bytes:
    """The whole report."""
    moment = sealed_at(reading)
    title = clean(f"{t('CRM performance evaluation')}{t(': ')}{reading.workspace}")
    made = presentation(title, clean(reading.heading), moment)
    writing = _Writing(made, f"{reading.workspace} · {reading.heading}")
    writing.open(reading, title)
    for section in shown(reading):
        if section.slides:
            writing.write(section.title(), section.blocks(reading))
    target = io.BytesIO()
    made.save(target)
    return office.fixed(target.getvalue(), moment)


class _Writing:
    """Blocks into slides."""

    def __init__(self, made: Any, foot: str) -> None:
        self.made, self.foot, self._of = made, foot, foot

    def open(self, reading: Reading, title: str) -> None:
        """The first slide: of whom, of what, on which data."""
        page = slide(self.made, title, self.foot)
        lines: list[Line] = [(reading.heading, 24, "muted", False)]
        lines += [(f"{word}{t(': ')}{said}", 16, "plain", False) for word, said in reading.about]
        add_lines(page, (EDGE, TOP, INNER, Inches(3.2)), lines)
        add_notes(page, reading.sealing)

    def write(self, title: str, blocks: Sequence[Block]) -> None:
        """A section: what is a finding, a chart or a table has slides of its own, the rest shares them."""
        self.foot = f"{self._of} · {title}"
        loose: list[Block] = []
        before: Block | None = None
        for block in blocks:
            alone, before = isinstance(block, Note) and isinstance(before, Table), block
            if alone:  # what is to be known of a table belongs to the slide of the table
                add_notes(self.made.slides[-1], [block.text])  # type: ignore[union-attr]
                continue
            if not isinstance(block, Group | Chart | Table):
                loose.append(block)
                continue
            above = loose.pop().text if loose and isinstance(loose[-1], Heading) else ""  # type: ignore[union-attr]
            if not isinstance(block, Table):
                above = ""  # a finding says all in its own title
            aside = [each.text for each in loose if isinstance(each, Note)]
            if len(aside) < len(loose):
                self._texts(title, loose)
                aside = []
            loose = []
            self._own(block, title, above)
            add_notes(self.made.slides[-1], aside)
        self._texts(title, loose)

    def _own(self, block: Block, section: str, above: str) -> None:
        match block:
            case Group():
                self._finding(block, section)
            case Chart():
                page = slide(self.made, block.title, self.foot)
                self._charts(page, [block])
                add_notes(page, [block.subtitle, block.described])
            case Table():
                self._tables(above or section, block)

    def _finding(self, group: Group, section: str) -> None:
        """One finding: its charts, or what it says where it has none."""
        charts = [each for each in group.blocks if isinstance(each, Chart)]
        title = group.title if charts else f"{section}{t(': ')}{group.title}"
        page = slide(self.made, title, self.foot, _ICONS.get(group.tone, ""), group.tone)
        said = [line for each in group.blocks if not isinstance(each, Table | Chart) for line in _lines([each])]
        evidence: list[Line] = [(" · ".join(group.evidence), 14, "muted", False)] if group.evidence else []
        tables = [each for each in group.blocks if isinstance(each, Table)]
        if charts:
            self._charts(page, charts[:2], [*evidence, *(said if len(charts) == 1 else ())])
        elif tables:
            self._table(page, replace(tables[0], rows=tables[0].rows[:_ROWS]))
        else:
            add_lines(page, (EDGE, TOP, INNER, Emu(BOTTOM - TOP)), fitted([*evidence, *said], INNER, BOTTOM - TOP)[0])
        told = [line[0] for line in said]
        rows = [text for each in tables for text in (each.title, *_told(each))]
        add_notes(page, [group.code, *group.evidence, *told, *(chart.described for chart in charts), *rows])
        for chart in charts[2:]:
            self._own(chart, section, "")

    def _charts(self, page: Any, charts: Sequence[Chart], beside: Sequence[Line] = ()) -> None:
        """One or two charts side by side, what is said beside or below them."""
        room = Emu(BOTTOM - TOP)
        if len(charts) == 1 and beside:
            wide = Emu(int(INNER * 0.62))
            self._chart(page, charts[0], (EDGE, TOP, wide, room))
            rest = INNER - wide - _GAP
            add_lines(page, (EDGE + wide + _GAP, TOP, rest, room), fitted(beside, rest, room)[0])
            return
        foot = Inches(0.75) if beside else 0
        wide = Emu((INNER - _GAP * (len(charts) - 1)) // len(charts))
        for number, chart in enumerate(charts):
            own = number > 0  # the first says what the title of the slide says
            self._chart(page, chart, (EDGE + number * (wide + _GAP), TOP, wide, room - foot), titled=own)
        if beside:
            add_lines(page, (EDGE, BOTTOM - foot, INNER, foot), beside[:1])

    def _chart(self, page: Any, chart: Chart, area: Sequence[int], *, titled: bool = False) -> None:
        left, top, wide, room = area
        head = Inches(0.75) if titled else Inches(0.4)
        lines: list[Line] = [(shortened(chart.title, 130), 13, "plain", True)] if titled else []
        if subtitle_of_own(chart) and not titled:
            lines.append((shortened(subtitle_of_own(chart), 110), 12, "muted", False))
        if lines:
            add_lines(page, (left, top, wide, head), lines)
        add_chart(page, chart, (left, top + head, wide, room - head))

    def _tables(self, title: str, table: Table) -> None:
        """A table on as many slides as its rows need."""
        rows = list(table.rows)
        each = -(-len(rows) // max(-(-len(rows) // _ROWS), 1)) or 1  # alike on all of its slides
        pages = [rows[i : i + each] for i in range(0, len(rows), each)] or [[]]
        for number, part in enumerate(pages, 1):
            page = slide(self.made, f"{title} ({number}/{len(pages)})" if len(pages) > 1 else title, self.foot)
            self._table(page, replace(table, rows=part))
            add_notes(page, [table.title, *_told(replace(table, rows=part))])

    def _table(self, page: Any, table: Table) -> None:
        shape = page.shapes.add_table(
            len(table.rows) + 1, len(table.columns), EDGE, TOP, INNER, Inches(0.45) * (len(table.rows) + 1)
        )
        made = shape.table
        whole = sum(column.width for column in table.columns)
        for column, wanted in zip(made.columns, table.columns, strict=True):
            column.width = Emu(int(INNER * wanted.width / whole))
        for place, column in enumerate(table.columns):
            heading = f"{column.heading} ({column.below})" if column.below else column.heading
            _fill(made.cell(0, place), [(heading, 12, "muted", True)], column, heading=True)
        for number, row in enumerate(table.rows, 1):
            for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                _fill(made.cell(number, place), _cell(cell), column)

    def _texts(self, title: str, blocks: Sequence[Block]) -> None:
        """Running text, on as many slides as it needs."""
        tiles = [each for each in blocks if isinstance(each, Tiles)]
        lines: Sequence[Line] = list(_lines([each for each in blocks if not isinstance(each, Tiles)]))
        if not tiles and all(isinstance(each, Heading) or _says_nothing(each) for each in blocks):
            return
        page = slide(self.made, title, self.foot)
        top = Emu(TOP)
        if tiles:
            _add_tiles(page, tiles[0].items)
            top = Emu(TOP + Inches(1.15))
        part, lines = fitted(lines, INNER, BOTTOM - top)
        add_lines(page, (EDGE, top, INNER, Emu(BOTTOM - top)), part)
        while lines:
            page = slide(self.made, title, self.foot)
            part, lines = fitted(lines, INNER, BOTTOM - TOP)
            add_lines(page, (EDGE, TOP, INNER, Emu(BOTTOM - TOP)), part)


def _says_nothing(block: Block) -> bool:
    """Whether all a block says is that there is nothing: in a document that is worth a line, not a slide."""
    return isinstance(block, Paragraph) and block.tone == "muted" and not block.lead


def _lines(blocks: Iterable[Block]) -> Iterable[Line]:
    """Text blocks as lines of a slide."""
    for block in blocks:
        match block:
            case Heading():
                yield f"{block.icon} {block.text}".strip(), 18, block.tone, True
            case Paragraph():
                yield (
                    (f"{block.lead}{t(': ')}" if block.lead else "") + block.text,
                    15,
                    block.tone,
                    block.tone == "strong",
                )
            case Note():
                yield (f"{block.lead}{t(': ')}" if block.lead else "") + block.text, 14, "warn", False
            case Bullets():
                for number, item in enumerate(block.items, 1):
                    held = item if isinstance(item, Item) else Item(item)
                    marks = "".join(f" [{mark}]" for mark in held.marks)
                    sign = f"{number}." if block.numbered else "•"
                    yield shortened(f"{sign} {held.text}{marks}", 4 * _WIDE), 15, "plain", held.strong
                    if held.detail:
                        yield shortened(held.detail, 2 * _WIDE), 12, "muted", False
            case Terms():
                for word, meaning in block.items:
                    yield f"{word}{t(': ')}{meaning}", 14, "plain", False


def _cell(cell: Cell | str) -> list[Line]:
    """A cell on a slide: its text, and the first of what stands below it. The notes have all."""
    if isinstance(cell, str):
        return [(shortened(cell, _CELL), 12, "plain", False)]
    bold = cell.tone == "strong"
    tone: Tone = "plain" if bold else cell.tone
    below = " ".join((*cell.lines[:1], *cell.marks))
    lines: list[Line] = [(shortened(cell.text, _CELL), 12, tone, bold)]
    return [*lines, (shortened(below, _CELL), 9, "muted", False)] if below else lines


def _fill(cell: Any, lines: Sequence[Line], column: Column, *, heading: bool = False) -> None:
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_top = cell.margin_bottom = Pt(2)
    cell.fill.background()
    for number, (said, size, tone, bold) in enumerate(lines):
        paragraph = cell.text_frame.paragraphs[0] if number == 0 else cell.text_frame.add_paragraph()
        paragraph.alignment = 1 if column.kind == "text" else 3
        add_run(paragraph, said, size, tone, bold=bold)


def _told(table: Table) -> list[str]:
    """A table as lines of text, everything in it."""
    heads = [f"{column.heading} ({column.below})" if column.below else column.heading for column in table.columns]
    found = []
    for row in table.rows:
        cells = [each if isinstance(each, Cell) else Cell(each) for each in row]
        said = (
            f"{head}{t(': ')}{t(', ').join(text for text in (cell.text, cell.code, *cell.lines, *cell.marks) if text)}"
            for head, cell in zip(heads, cells, strict=True)
        )
        found.append(t("; ").join(said))
    return found


def _add_tiles(page: Any, tiles: Sequence[Tile]) -> None:
    gap = Inches(0.15)
    wide = Emu((INNER - gap * (len(tiles) - 1)) // max(len(tiles), 1))
    for number, tile in enumerate(tiles):
        area = (EDGE + number * (wide + gap), TOP, wide, Inches(1.0))
        lines: list[Line] = [
            (f"{tile.icon} {tile.label}".strip(), 12, "muted", False),
            (tile.figure, 28, tile.tone, True),
        ]
        add_lines(page, area, lines)
