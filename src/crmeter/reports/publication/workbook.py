"""Everything in one workbook: values with numbers as numbers, definitions, and a sheet that says what it is of."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import xlsxwriter

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.reports.publication.harmless import looks_like_formula
from crmeter.reports.publication.publication import Publication, Table

MOST_ROWS = 1_048_576
WIDEST = 60
_BY_UNIT = {"share": "0.0%", "count": "#,##0", "money": "#,##0.00"}
_OF_VALUE = ("value", "low", "high")
_WHOLE = ("load", "n")
TEXT_IS_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook(publication: Publication) -> bytes:
    """The workbook. UserError where a table has more rows than a sheet holds."""
    for table in publication.tables:
        if len(table.rows) >= MOST_ROWS:
            raise UserError.of(
                t("{count} rows do not fit into a sheet.", count=len(table.rows)),
                next=t("Publish fewer periods or dimensions, or as parquet or csv."),
            )
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, TEXT_IS_TEXT)
    book.set_properties({"title": str(publication.about["name"]), "comments": f"crmeter {publication.about['load']}"})
    formats = Formats(book)
    _write_about(book, formats, publication.about)
    for table in publication.tables:
        _write_table(book, formats, table)
    book.close()
    return target.getvalue()


class Formats:
    """The formats of a book, each made once, all with ``common`` properties such as the font."""

    def __init__(self, book: Any, **common: Any) -> None:
        self._book, self._common = book, {"font_size": 10, "valign": "top", **common}
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**self._common, **properties})
        return self._made[key]


def _write_about(book: Any, formats: Formats, about: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    set_up_page(sheet, landscape=False)
    for row, (what, said) in enumerate(_told(about)):
        sheet.write_string(row, 0, what, formats(bold=True))
        sheet.write_string(row, 1, said, formats(text_wrap=True, quote_prefix=looks_like_formula(said)))


def _told(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield t("Name of the company"), str(about["name"])
    yield t("Load"), str(about["load"])
    yield t("Data until"), t("{day}, not included", day=about["as_of"])
    yield t("Currency"), str(about["currency"])
    yield t("Time zone"), str(about["timezone"])
    yield (
        t("Sheet “values”"),
        t(
            "One row for each KPI, period and group; docs/reference/values.md tells the columns. An empty value is "
            "undefined, not 0; “reason” says why."
        ),
    )
    yield t("Sheet “definitions”"), t("What each KPI means, in three languages; “definition” is the same code in both.")
    for left in about["left_out"]:
        yield t("Not split"), t("{kpi} cannot be split by {dimension}.", kpi=left["kpi"], dimension=left["by"])


def _write_table(book: Any, formats: Formats, table: Table) -> None:
    sheet = book.add_worksheet(table.name)
    names = list(table.columns)
    heading = formats(bold=True, bg_color="#1F3A5F", font_color="#FFFFFF", text_wrap=True)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, heading)
        sheet.set_column(column, column, _width(table, column))
    unit = names.index("unit") if "value" in names else None
    for number, row in enumerate(table.rows, 1):
        for column, (name, cell) in enumerate(zip(names, row, strict=True)):
            if cell is None:
                continue
            numbers = _number_format(name, "" if unit is None or name not in _OF_VALUE else row[unit], cell)
            _write(sheet, number, column, cell, table.columns[name], formats, numbers)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(names) - 1)
    sheet.repeat_rows(0)
    set_up_page(sheet, landscape=True)


def _write(sheet: Any, row: int, column: int, cell: Any, kind: str, formats: Formats, numbers: str) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, formats())
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, formats(num_format=numbers))
    elif kind == "DATE":
        day = datetime.combine(date.fromisoformat(cell), datetime.min.time())
        sheet.write_datetime(row, column, day, formats(num_format="yyyy-mm-dd"))
    else:
        forced = {"quote_prefix": True} if looks_like_formula(cell) else {}
        sheet.write_string(row, column, str(cell)[:32_767], formats(text_wrap=len(str(cell)) > WIDEST, **forced))


def _number_format(name: str, unit: str, cell: Any) -> str:
    if unit:
        return _BY_UNIT.get(unit, "#,##0.00")
    return "#,##0" if name in _WHOLE or (isinstance(cell, int | float) and cell == int(cell)) else "#,##0.00"


def _width(table: Table, column: int) -> float:
    """Wide enough for the heading and the first rows; signs of East Asia take two places."""
    texts = [list(table.columns)[column], *(str(row[column] or "") for row in table.rows[:200])]
    longest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in text) for text in texts)
    return min(max(longest + 2, 8), WIDEST)


def set_up_page(sheet: Any, *, landscape: bool) -> None:
    """A4, as wide as one page, its number at the foot."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.set_footer("&L&A&R&P / &N")


def sheet_file(table: Table, title: str) -> bytes:
    """One table as a workbook of one sheet. UserError where it has more rows than a sheet holds."""
    if len(table.rows) >= MOST_ROWS:
        raise UserError.of(
            t("{count} rows do not fit into a sheet.", count=len(table.rows)), next=t("Write a CSV file.")
        )
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, TEXT_IS_TEXT)
    book.set_properties({"title": title[:255]})
    _write_table(book, Formats(book), table)
    book.close()
    return target.getvalue()
