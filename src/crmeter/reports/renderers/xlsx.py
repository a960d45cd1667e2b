"""The report as a workbook: a sheet for each section, numbers as numbers, and behind every chart its data."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter

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
    Tiles,
    Tone,
    subtitle_of_own,
)
from crmeter.reports.charts.plain import COLOUR_OF
from crmeter.reports.charts.theme import COLOURS
from crmeter.reports.legible import clean
from crmeter.reports.publication.harmless import looks_like_formula
from crmeter.reports.publication.workbook import TEXT_IS_TEXT, Formats, set_up_page
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import office
from crmeter.reports.renderers.pdf import sealed_at
from crmeter.reports.renderers.xlsx_charts import ROWS, native, rows_of
from crmeter.reports.sections import shown

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_HEADING = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
_BY_UNIT = {"share": "0.0%", "count": "#,##0.##", "money": "#,##0", "points": "0.0", "score": "0.00"}
_BY_UNIT |= dict.fromkeys(("days", "hours", "minutes", "months"), "#,##0.0")
LEAST, UNIT_WIDTH, WIDEST = 7, 12.0, 64.0  # characters of a column
MOST = 32_767  # characters of a cell


def render(reading: Reading, lang: str) -> bytes:
    """The whole report."""
    target, moment = io.BytesIO(), sealed_at(reading)
    book = xlsxwriter.Workbook(target, TEXT_IS_TEXT)
    title = clean(f"{t('CRM performance evaluation')}{t(': ')}{reading.workspace}, {reading.heading}")
    book.set_properties({"title": title[:255], "created": moment.replace(tzinfo=None)})
    formats = Formats(book, font_name=office.font())
    taken: set[str] = set()
    _write_about(_Sheet(book, formats, _name(t("About this report"), taken), title), reading)
    for section in shown(reading):
        blocks = (section.sheet or section.blocks)(reading)
        if blocks:
            sheet = _Sheet(book, formats, _name(section.title(), taken), section.title())
            sheet.write(blocks)
    book.close()
    return office.fixed(target.getvalue(), moment)


def _name(title: str, taken: set[str]) -> str:
    """A title as the name of a sheet: not too long, without the characters it may not have, and only once."""
    plain = _FORBIDDEN.sub(" ", clean(title)).strip()[:28] or "–"
    name = next(n for n in (plain, *(f"{plain} {i}" for i in range(2, 99))) if n.casefold() not in taken)
    taken.add(name.casefold())
    return name


def _write_about(sheet: _Sheet, reading: Reading) -> None:
    named, *sums = (said.partition(t(": ")) for said in reading.sealing)
    rows = [*reading.about, (t("Report"), "".join(named)), *((word, value) for word, _, value in sums)]
    sheet.write([Table((Column("", width=2), Column("", width=6)), rows)], headed=False)


class _Sheet:
    """One sheet, written from the top down."""

    def __init__(self, book: Any, formats: Formats, name: str, title: str) -> None:
        self.book, self.formats, self.name = book, formats, name
        self.page = book.add_worksheet(name)
        self.row = 0
        self.across, self.beside = 6, 1  # columns that a paragraph runs over, and the column that charts stand in
        self.widths: dict[int, float] = {}
        self._text(title, bold=True, font_size=14, merged=False)
        self.row += 1

    def write(self, blocks: Sequence[Block], *, headed: bool = True) -> None:
        """All blocks; a sheet that is one table alone has its heading fixed and can be filtered."""
        tables = list(_tables(blocks))
        self.across = max([6, *(len(table.columns) for table in tables)])
        self.beside = max([len(rows_of(chart).columns) for chart in _charts(blocks)], default=0) + 1
        for table in (*tables, *map(rows_of, _charts(blocks))):
            for place, wanted in enumerate(table.columns):
                width = min(max(wanted.width * UNIT_WIDTH, LEAST), WIDEST)
                self.widths[place] = max(self.widths.get(place, 0.0), width)
        for block in blocks:
            self._block(block, headed=headed)
        for column, width in self.widths.items():
            self.page.set_column(column, column, width)
        set_up_page(self.page, landscape=True)
        self.page.set_header(f"&L{self.name.replace('&', '&&')}")
        if headed and len(blocks) == 1 and len(tables) == 1:
            heading = self.row - len(tables[0].rows) - 2
            self.page.freeze_panes(heading + 1, 1)
            self.page.repeat_rows(heading)
            self.page.autofilter(heading, 0, max(self.row - 2, heading + 1), len(tables[0].columns) - 1)

    def _block(self, block: Block, *, headed: bool = True) -> None:
        match block:
            case Heading():
                self.row += 1
                self._text(f"{block.icon} {block.text}".strip(), bold=True, font_size=12, **_ink(block.tone))
            case Paragraph():
                said = f"{block.lead}{t(': ')}{block.text}" if block.lead else block.text
                self._text(said, bold=block.tone == "strong", **_ink(block.tone))
            case Note():
                said = f"{block.lead}{t(': ')}{block.text}" if block.lead else block.text
                self._text(said, bg_color="#FDF6EC", **_ink("warn"))
            case Bullets():
                for number, item in enumerate(block.items, 1):
                    self._text(f"{f'{number}.' if block.numbered else '•'} {_item(item)}")
            case Terms():
                for word, meaning in block.items:
                    self._text(f"{word}{t(': ')}{meaning}")
            case Tiles():
                columns = [Column(f"{tile.icon} {tile.label}".strip(), kind="count") for tile in block.items]
                self._table(Table(columns, [[Cell(tile.figure, _number(tile.figure)) for tile in block.items]]), True)
            case Table():
                self._table(block, headed)
            case Chart():
                self._chart(block)
            case Group():
                self._group(block)

    def _group(self, block: Group) -> None:
        self.row += 1
        number = "" if block.number is None else f"{block.number}. "
        self._text(number + block.title, bold=True, **_ink(block.tone))
        about = " · ".join(text for text in (block.code, *block.evidence) if text)
        if about:
            self._text(about, **_ink("muted"))
        for each in block.blocks:
            self._block(each)

    def _text(self, text: str, *, merged: bool = True, **look: Any) -> None:
        """A line of text over the columns of the sheet, as tall as it needs."""
        said = clean(text)[:MOST]
        look = {key: value for key, value in look.items() if value}
        form = self.formats(text_wrap=merged, quote_prefix=looks_like_formula(said), **look)
        if merged:
            self.page.merge_range(self.row, 0, self.row, self.across - 1, "", form)
            self._tall([(said, sum(self.widths.get(column, UNIT_WIDTH) for column in range(self.across)))])
        self.page.write_string(self.row, 0, said, form)
        self.row += 1

    def _table(self, table: Table, headed: bool) -> None:
        if table.title:
            self._text(table.title, **_ink("muted"))
        told: list[tuple[str, float]] = []
        for place, column in enumerate(table.columns):
            heading = f"{column.heading} ({column.below})" if column.below else column.heading
            if headed:
                self.page.write_string(self.row, place, clean(heading), self.formats(**_HEADING, **_side(column)))
                told.append((clean(heading), self.widths.get(place, UNIT_WIDTH) * 0.9))
        self._tall(told)
        self.row += headed
        for row in table.rows:
            told = [
                (self._cell(place, cell, column), self.widths.get(place, UNIT_WIDTH))
                for place, (cell, column) in enumerate(zip(row, table.columns, strict=True))
            ]
            self._tall(told)
            self.row += 1
        self.row += 1

    def _tall(self, told: Sequence[tuple[str, float]]) -> None:
        """The row as tall as its texts need at the widths they have."""
        lines = max((-(-_long(text) // max(int(width), 1)) for text, width in told), default=1)
        if lines > 1:
            self.page.set_row(self.row, min(14 * lines + 1, 400))

    def _cell(self, place: int, cell: Cell | str, column: Column) -> str:
        """Write one cell; the text whose length decides how tall the row is, none for numbers."""
        held = cell if isinstance(cell, Cell) else Cell(cell)
        bold = {"bold": True} if held.tone == "strong" else {}
        if held.value is not None:
            unit = held.unit or column.kind
            number = number_format(unit, held.currency)
            self.page.write_number(self.row, place, held.value, self.formats(num_format=number, **bold))
            aside = clean(" · ".join(part for part in (held.code, *held.lines, *held.marks) if part))
            if aside:
                self.page.write_comment(self.row, place, aside[:MOST], {"x_scale": 2, "author": "crmeter"})
            return ""
        parts = (held.text, f"[{held.code}]" if held.code else "", *held.lines, *held.marks)
        said = clean(" · ".join(part for part in parts if part))[:MOST]
        side = _side(column)
        ink = _ink(held.tone if held.tone != "strong" else "plain")
        forced = {"quote_prefix": True} if looks_like_formula(said) else {}
        self.page.write_string(self.row, place, said, self.formats(text_wrap=True, **bold, **side, **ink, **forced))
        return said

    def _chart(self, chart: Chart) -> None:
        """The data of a chart, and the chart to the right of it."""
        top = self.row
        self._text(chart.title, bold=True, merged=False)
        if subtitle_of_own(chart):
            self._text(subtitle_of_own(chart), merged=False, **_ink("muted"))
        first = self.row
        table = rows_of(chart)
        self._table(table, headed=True)
        made = native(self.book, chart, self.name, top, first)
        self.page.insert_chart(first, self.beside, made, {"object_position": 1, "description": clean(
            chart.described or chart.subtitle or chart.title)[:250]})  # fmt: skip
        self.row = max(self.row, first + ROWS + 1)


def number_format(unit: str, currency: str | None) -> str:
    """How Excel shows numbers of a unit."""
    if unit == "money" and currency:
        symbol = {"TWD": "NT$", "CNY": "¥", "USD": "$", "EUR": "€"}.get(currency, f"{currency} ")
        return f'"{symbol}"#,##0;[Red]-"{symbol}"#,##0'
    return _BY_UNIT.get(unit, "#,##0.0##")


def _tables(blocks: Sequence[Block]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Group):
            yield from _tables(block.blocks)
        elif isinstance(block, Table):
            yield block


def _charts(blocks: Sequence[Block]) -> Iterator[Chart]:
    for block in blocks:
        if isinstance(block, Group):
            yield from _charts(block.blocks)
        elif isinstance(block, Chart):
            yield block


def _ink(tone: Tone) -> dict[str, Any]:
    return (
        {} if tone in ("plain", "strong") else {"font_color": COLOUR_OF[tone] if tone != "muted" else COLOURS["muted"]}
    )


def _side(column: Column) -> dict[str, Any]:
    return {} if column.kind == "text" else {"align": "right"}


def _item(item: Item | str) -> str:
    if isinstance(item, str):
        return item
    marks = "".join(f" ({mark})" for mark in item.marks)
    return item.text + marks + (f" – {item.detail}" if item.detail else "")


def _number(figure: str) -> float | None:
    plain = figure.replace(",", "")
    return float(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else None


def _long(text: str) -> int:
    """How many places a text takes; characters of East Asia take two."""
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)
