"""Charts of Excel's own, over the cells that hold their data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports.blocks import Cell, Chart, Column, Series, Table
from crmeter.reports.charts.plain import colour, steps_of
from crmeter.reports.charts.theme import COLOURS

ROWS = 15  # rows that a chart covers
WIDTH, HEIGHT = 620, 290  # px
_TYPES = {"line": {"type": "line"}, "bar": {"type": "bar"}, "column": {"type": "column"}}
Place = list[Any]  # sheet, first row, first column, last row, last column


def rows_of(chart: Chart) -> Table:
    """The data of a chart as a table: a row for each category; for each series its values and the ends of their
    intervals; then what a waterfall or a target adds."""
    columns = [Column("", width=2.2)]
    parts: list[Sequence[float | None]] = []
    for series in chart.series:
        columns.append(Column(series.name, kind=chart.unit))
        parts.append(series.values)
        for heading, ends in ((t("Interval from"), series.low), (t("Interval to"), series.high)):
            if any(end is not None for end in ends):
                columns.append(Column(heading, kind=chart.unit))
                parts.append(ends)
    if chart.target is not None:
        columns.append(Column(t("Target"), kind=chart.unit))
        parts.append([chart.target] * len(chart.categories))
    if chart.kind == "waterfall":
        columns += [Column(t("Bar from"), kind=chart.unit), Column(t("Bar height"), kind=chart.unit)]
        ends_of = steps_of(chart)
        parts += [[min(step) for step in ends_of], [abs(high - low) for low, high in ends_of]]
    rows: list[Sequence[Cell | str]] = [
        (name, *(_cell(part[i], chart) for part in parts)) for i, name in enumerate(chart.categories)
    ]
    return Table(columns, rows)


def _cell(value: float | None, chart: Chart) -> Cell:
    return Cell("", value, chart.unit, chart.currency)


def native(book: Any, chart: Chart, sheet: str, title_row: int, heading_row: int) -> Any:
    """The chart over the data of :func:`rows_of` that begin at ``heading_row``; its title is the cell above them."""
    first, last = heading_row + 1, heading_row + len(chart.categories)
    made = book.add_chart({"type": "column", "subtype": "stacked"} if chart.kind == "waterfall" else _TYPES[chart.kind])
    categories = [sheet, first, 0, last, 0]
    places = _places(chart)
    if chart.kind == "waterfall":
        _add_waterfall(made, chart, sheet, categories, (heading_row, first, last))
    for number, series in enumerate(chart.series if chart.kind != "waterfall" else ()):
        look = _look(chart, series, number)
        column = places[number]
        name, values = [sheet, heading_row, column], [sheet, first, column, last, column]
        made.add_series({"name": name, "categories": categories, "values": values, **look})
    if chart.target is not None and chart.kind == "line":
        column = places[-1]
        dashed = {"color": COLOURS["goal"], "width": 1.5, "dash_type": "dash"}
        values = [sheet, first, column, last, column]
        made.add_series({"name": [sheet, heading_row, column], "categories": categories, "values": values,
                         "line": dashed, "marker": {"type": "none"}})  # fmt: skip
    _set_up(made, chart, [sheet, title_row, 0])
    return made


def _places(chart: Chart) -> list[int]:
    """The column of each series, and last that of the target."""
    found, column = [], 1
    for series in chart.series:
        found.append(column)
        column += 1 + sum(any(end is not None for end in ends) for ends in (series.low, series.high))
    return [*found, column]


def _look(chart: Chart, series: Series, number: int) -> dict[str, Any]:
    ink = colour(series, -1, number)
    look: dict[str, Any] = {}
    if chart.kind == "line":
        look["line"] = {"color": ink, "width": 2.25}
        look["marker"] = {"type": "circle", "size": 5, "fill": {"color": ink}, "border": {"color": ink}}
        if any(low is not None for low in series.low):
            look["y_error_bars"] = _error_bars(series)
    else:
        faint = len(chart.series) > 1 and number < len(chart.series) - 1 and not series.tones
        look["fill"] = {"color": COLOURS["line"] if faint else ink}
        look["gap"] = 60
        look["data_labels"] = {"value": True, "num_format": label_format(chart)}
        if series.tones:
            look["points"] = [{"fill": {"color": colour(series, i, number)}} for i in range(len(series.values))]
    return look


def _error_bars(series: Series) -> dict[str, Any]:
    """The intervals: how far they reach above and below each value."""
    above = [_reach(high, value) for high, value in zip(series.high, series.values, strict=True)]
    below = [_reach(value, low) for value, low in zip(series.values, series.low, strict=True)]
    return {"type": "custom", "plus_values": above, "minus_values": below, "line": {"color": COLOURS["flat"]}}


def _reach(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else high - low


def _add_waterfall(made: Any, chart: Chart, sheet: str, categories: Place, rows: tuple[int, int, int]) -> None:
    """Standing bars on invisible ones; below zero Excel cannot draw them so, and they stand on the axis."""
    heading, first, last = rows
    base = 2 + (chart.target is not None)
    inks = [colour(chart.series[0], i, 0) for i in range(len(chart.categories))]
    if all(min(step) >= 0 for step in steps_of(chart)):
        values = [sheet, first, base, last, base]
        made.add_series({"categories": categories, "values": values, "fill": {"none": True}, "border": {"none": True}})
    column = base + 1
    made.add_series({"name": [sheet, heading, 1], "categories": categories, "gap": 50,
                     "values": [sheet, first, column, last, column],
                     "points": [{"fill": {"color": ink}} for ink in inks]})  # fmt: skip


def _set_up(made: Any, chart: Chart, title: Place) -> None:
    # the title is a cell, not a text: a text that begins with = would be taken for a formula
    made.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    lying = chart.kind == "bar"
    numbers = {"num_format": axis_format(chart),
               "major_gridlines": {"visible": True, "line": {"color": COLOURS["line"]}},
               "line": {"none": True}}  # fmt: skip
    names = {"label_position": "low", "num_font": {"size": 9}, "major_gridlines": {"visible": False}}
    made.set_x_axis({**numbers, "visible": False, "major_gridlines": {"visible": False}} if lying else names)
    made.set_y_axis({**names, "reverse": True} if lying else numbers)
    several = len(chart.series) > 1 or (chart.target is not None and chart.kind == "line")
    made.set_legend({"position": "bottom"} if several and chart.kind != "waterfall" else {"none": True})
    made.show_blanks_as("gap")
    made.set_size({"width": WIDTH, "height": HEIGHT})


def axis_format(chart: Chart) -> str:
    """How the numbers of the axis are written."""
    held = [abs(value) for series in chart.series for value in series.values if value is not None]
    if chart.unit == "share" and max(held, default=1.0) < 0.05:
        return "0.0%"
    return {"share": "0%", "count": "#,##0", "money": "#,##0"}.get(chart.unit, "#,##0.##")


def label_format(chart: Chart) -> str:
    """How the numbers at points and bars are written."""
    symbol = {"TWD": "NT$", "CNY": "¥", "USD": "$", "EUR": "€"}.get(chart.currency or "", f"{chart.currency or ''} ")
    return {"share": "0.0%", "count": "#,##0", "money": f'"{symbol.lstrip()}"#,##0'}.get(chart.unit, "0.0#")
