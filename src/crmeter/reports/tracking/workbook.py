"""Writing a tracking sheet: what is measured and computed is locked, what is to be filled in is not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from crmeter.kernel.messages import t
from crmeter.reports import words
from crmeter.reports.publication.harmless import looks_like_formula
from crmeter.reports.tracking.layout import AFTER, BEFORE, Line, Sheet, headings, number_format, target_rule

TOP = 3  # the row of the headings, from 0
_BLUE, _LIGHT, _GREY = "#1F3A5F", "#E8EEF6", "#F3F3F3"


def workbook(sheet: Sheet) -> bytes:
    """The workbook: the sheet to fill in, and what its KPIs mean."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": sheet.title, "company": sheet.company})
    _Tracking(book, sheet).write()
    _write_meanings(book, sheet)
    book.close()
    return target.getvalue()


class _Tracking:
    """The sheet to fill in."""

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self.book, self.sheet = book, sheet
        self.page = book.add_worksheet(t("KPI tracking"))
        self.place = {code: column for column, code in enumerate(BEFORE)}
        self.first = len(BEFORE)
        self.last = self.first + len(sheet.periods) - 1
        self.place |= {code: self.last + 1 + i for i, code in enumerate(AFTER)}
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_size": 10, "valign": "vcenter", "border": 1,
                                                       "border_color": "#D0D0D0", **properties})  # fmt: skip
        return self._formats[key]

    def write(self) -> None:
        self._write_top()
        for number, line in enumerate(self.sheet.lines, TOP + 1):
            self._write_line(number, line)
        self._set_up()

    def _write_top(self) -> None:
        page, plain = self.page, self.book.add_format({"font_size": 10})
        page.write_string(0, 0, self.sheet.title, self.book.add_format({"bold": True, "font_size": 14}))
        page.write_string(1, 0, t("White cells are to be filled in: owner, target, values not measured yet, note. "
                                  "Grey and blue cells are measured or computed; they are locked."), plain)  # fmt: skip
        until = self.sheet.measured_until
        said = t("Data until {day}, not included.", day=until) if until else t("Nothing is measured yet.")
        page.write_string(
            2, 0, f"{said}{'' if said.endswith('。') else ' '}{t('A target is for one of the periods shown.')}", plain
        )
        heading = self.format(bold=True, bg_color=_BLUE, font_color="#FFFFFF", text_wrap=True, align="center")
        told = headings()
        for code, column in self.place.items():
            page.write_string(TOP, column, told[code], heading)
        page.write_comment(TOP, self.place["baseline"], t("The value of {period}", period=self.sheet.before))
        for i, period in enumerate(self.sheet.periods):
            page.write_string(TOP, self.first + i, period, heading)

    def _write_line(self, row: int, line: Line) -> None:
        page, place, fixed = self.page, self.place, self.format(bg_color=_GREY)
        shown = number_format(line.unit)
        number, locked = (self.format(num_format=shown, **more) for more in ({"locked": False}, {"bg_color": _LIGHT}))
        for code, text in (("kpi", line.kpi), ("name", line.name), ("unit", self._unit(line)),
                           ("direction", words.better(line.better))):  # fmt: skip
            page.write_string(row, place[code], text, fixed)
        for code, said in (("owner", line.owner), ("note", line.note)):
            _write_text(page, row, place[code], said, self.format(locked=False, text_wrap=True,
                                                                  quote_prefix=looks_like_formula(said)))  # fmt: skip
        _write_number(page, row, place["baseline"], line.baseline, locked)
        _write_number(page, row, place["target"], line.target, number)
        for i, value in enumerate(line.actual):
            _write_number(page, row, self.first + i, value, number if value is None else locked)
        page.data_validation(row, place["target"], row, place["target"], target_rule(line.unit))
        page.data_validation(row, self.first, row, self.last, {"validate": "decimal", "criteria": "between",
                             "minimum": -1e15, "maximum": 1e15, "error_message": t("Write a number.")})  # fmt: skip
        self._write_formulas(row, line, locked)

    def _unit(self, line: Line) -> str:
        return f"{words.unit(line.unit)} ({self.sheet.currency})" if line.unit == "money" else words.unit(line.unit)

    def _write_formulas(self, row: int, line: Line, locked: Any) -> None:
        """The latest value, and how it stands against the target: computed here too, for readers that compute none."""
        cells = f"{xl_rowcol_to_cell(row, self.first)}:{xl_rowcol_to_cell(row, self.last)}"
        known = [value for value in line.actual if value is not None]
        latest = known[-1] if known else ""
        self.page.write_formula(
            row, self.place["latest"], f'=IFERROR(LOOKUP(2,1/({cells}<>""),{cells}),"")', locked, latest
        )
        target, now = (xl_rowcol_to_cell(row, self.place[code]) for code in ("target", "latest"))
        states = {"none": t("no data"), "open": t("no target"), "met": t("target met"), "missed": t("target missed")}
        said = {key: '"' + text.replace('"', '""') + '"' for key, text in states.items()}
        compare = {"up": f"{now}>={target}", "down": f"{now}<={target}"}.get(line.better)
        judged = f"IF({compare},{said['met']},{said['missed']})" if compare else '"–"'
        formula = f'=IF({now}="",{said["none"]},IF({target}="",{said["open"]},{judged}))'
        self.page.write_formula(row, self.place["status"], formula, self.format(bg_color=_GREY),
                                states.get(_state(line), "–"))  # fmt: skip

    def _set_up(self) -> None:
        page, place, sheet = self.page, self.place, self.sheet
        end = TOP + max(len(sheet.lines), 1)
        if sheet.owners and sum(map(len, sheet.owners)) + len(sheet.owners) < 255:  # the longest list a cell may have
            page.data_validation(TOP + 1, place["owner"], end, place["owner"], {
                "validate": "list", "source": list(sheet.owners), "error_type": "information",
                "error_message": t("This owner is new."),
            })  # fmt: skip
        status = xl_col_to_name(place["status"])
        for text, colour in ((t("target met"), "#1B7F3B"), (t("target missed"), "#B3261E")):
            page.conditional_format(f"{status}{TOP + 2}:{status}{end + 1}", {
                "type": "cell", "criteria": "==", "value": '"' + text + '"',
                "format": self.book.add_format({"font_color": colour, "bold": True}),
            })  # fmt: skip
        widths = {"kpi": 24, "name": 30, "unit": 12, "direction": 14, "owner": 14, "baseline": 12, "target": 12,
                  "latest": 12, "status": 14, "note": 40}  # fmt: skip
        for code, width in widths.items():
            page.set_column(place[code], place[code], width)
        page.set_column(self.first, self.last, 11)
        page.set_row(TOP, 30)
        page.freeze_panes(TOP + 1, 2)
        page.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
        _set_up_page(page, TOP)


def _state(line: Line) -> str:
    """How the latest value stands against the target."""
    known = [value for value in line.actual if value is not None]
    if not known:
        return "none"
    if line.target is None:
        return "open"
    if line.better not in ("up", "down"):
        return ""
    return "met" if (known[-1] - line.target) * (1 if line.better == "up" else -1) >= 0 else "missed"


def _write_text(page: Any, row: int, column: int, text: str | None, form: Any) -> None:
    if text:
        page.write_string(row, column, text, form)
    else:
        page.write_blank(row, column, None, form)


def _write_number(page: Any, row: int, column: int, number: float | None, form: Any) -> None:
    if number is None:
        page.write_blank(row, column, None, form)
    else:
        page.write_number(row, column, number, form)


def _write_meanings(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(t("What the KPIs mean"))
    heading = book.add_format({"bold": True, "bg_color": _BLUE, "font_color": "#FFFFFF"})
    text = book.add_format({"text_wrap": True, "valign": "top", "font_size": 10})
    rows: list[Sequence[str]] = [(each.kpi, each.name, each.question, each.formula) for each in sheet.lines]
    for column, said in enumerate((t("ID"), t("KPI"), t("Question"), t("How it is computed"))):
        page.write_string(0, column, said, heading)
    for number, row in enumerate(rows, 1):
        for column, said in enumerate(row):
            page.write_string(number, column, said, text)
    for column, width in enumerate((24, 30, 50, 60)):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    _set_up_page(page, 0)


def _set_up_page(page: Any, heading: int) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(0.4, 0.4, 0.6, 0.6)
    page.repeat_rows(heading)
    page.set_footer("&L&A&R&P / &N")
