"""Charts of PowerPoint's own, which can be edited: their data are in a workbook inside the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from crmeter.kernel.messages import t
from crmeter.reports.blocks import Chart, Series
from crmeter.reports.charts.plain import colour, steps_of
from crmeter.reports.charts.theme import COLOURS
from crmeter.reports.legible import clean
from crmeter.reports.publication.harmless import harmless
from crmeter.reports.renderers import office
from crmeter.reports.renderers.pptx_parts import add_east_asian, colour_of, shortened
from crmeter.reports.renderers.xlsx_charts import axis_format, label_format

_TYPES = {
    "line": XL_CHART_TYPE.LINE_MARKERS,
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "waterfall": XL_CHART_TYPE.COLUMN_STACKED,
}
_NAME = 40  # places of a category


def add_chart(page: Any, chart: Chart, area: Sequence[int]) -> None:
    """The chart in its place on a slide, with a description for those who do not see it."""
    made: Any = CategoryChartData
    data = made(number_format=label_format(chart))
    data.categories = [_name(name) for name in chart.categories]
    waterfall = chart.kind == "waterfall" and all(min(step) >= 0 for step in steps_of(chart))
    if waterfall:
        data.add_series("", [min(step) for step in steps_of(chart)])
        data.add_series(_name(chart.series[0].name), [abs(high - low) for low, high in steps_of(chart)])
    else:
        for series in chart.series:
            data.add_series(_name(series.name), series.values)
    if chart.target is not None and chart.kind == "line":
        data.add_series(t("Target"), [chart.target] * len(chart.categories))
    kind = _TYPES[chart.kind if waterfall or chart.kind != "waterfall" else "column"]
    frame = page.shapes.add_chart(kind, *area, data)
    described = clean(chart.described or chart.subtitle or chart.title)[:1000]
    frame._element.nvGraphicFramePr.cNvPr.set("descr", described)
    _set_up(frame.chart, chart)
    _paint(frame.chart, chart, waterfall=waterfall)


def _name(text: str) -> str:
    """A name as it stands in the workbook: not taken for a formula there."""
    return str(harmless(shortened(text, _NAME)))


def _set_up(made: Any, chart: Chart) -> None:
    made.has_title = False
    made.font.size, made.font.name = Pt(12), office.font()
    add_east_asian(made.font._rPr)
    lying = chart.kind == "bar"
    made.value_axis.has_major_gridlines = not lying
    made.value_axis.visible = not lying
    made.value_axis.format.line.fill.background()
    made.value_axis.tick_labels.number_format = axis_format(chart)
    made.value_axis.tick_labels.number_format_is_linked = False
    if not lying:
        made.value_axis.major_gridlines.format.line.color.rgb = colour_of(COLOURS["line"])
    made.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    made.category_axis.format.line.color.rgb = colour_of(COLOURS["muted"])
    made.category_axis.reverse_order = lying
    several = len(chart.series) > 1 or (chart.target is not None and chart.kind == "line")
    made.has_legend = several and chart.kind != "waterfall"
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False


def _paint(made: Any, chart: Chart, *, waterfall: bool) -> None:
    plot = made.plots[0]
    drawn = list(plot.series)
    if chart.kind == "line":
        for number, series in enumerate(chart.series):
            _paint_line(drawn[number], series, colour(series, -1, number))
        if chart.target is not None:
            _paint_target(drawn[-1])
        return
    plot.gap_width = 60
    if waterfall:
        drawn[0].format.fill.background()
        _paint_bars(drawn[1], chart.series[0], 0, faint=False)
        return
    for number, series in enumerate(chart.series):
        faint = len(chart.series) > 1 and number < len(chart.series) - 1 and not series.tones
        _paint_bars(drawn[number], series, number, faint=faint)
    plot.has_data_labels = True
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = label_format(chart), False
    plot.data_labels.show_value, plot.data_labels.position = True, XL_LABEL_POSITION.OUTSIDE_END


def _paint_line(drawn: Any, series: Series, ink: str) -> None:
    drawn.smooth = False
    drawn.format.line.color.rgb, drawn.format.line.width = colour_of(ink), Pt(2.5)
    drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 6
    drawn.marker.format.fill.solid()
    drawn.marker.format.fill.fore_color.rgb = colour_of(ink)
    drawn.marker.format.line.color.rgb = colour_of(ink)
    last = max((i for i, value in enumerate(series.values) if value is not None), default=None)
    if last is not None:
        label = drawn.points[last].data_label
        before = next((v for v in reversed(series.values[:last]) if v is not None), None)
        fell = before is not None and (series.values[last] or 0.0) < before
        label.position = XL_LABEL_POSITION.BELOW if fell else XL_LABEL_POSITION.ABOVE
        label.font.bold, label.font.size = True, Pt(14)
    if any(low is not None for low in series.low):
        _add_error_bars(drawn, series)


def _add_error_bars(drawn: Any, series: Series) -> None:
    """The intervals, as far as they reach above and below each value."""
    above = [_reach(high, value) for high, value in zip(series.high, series.values, strict=True)]
    below = [_reach(value, low) for value, low in zip(series.values, series.low, strict=True)]
    made = parse_xml(
        f"<c:errBars {nsdecls('c', 'a')}><c:errDir val='y'/><c:errBarType val='both'/><c:errValType val='cust'/>"
        f"<c:noEndCap val='0'/><c:plus>{_literal(above)}</c:plus><c:minus>{_literal(below)}</c:minus>"
        f"<c:spPr><a:ln w='9525'><a:solidFill><a:srgbClr val='{COLOURS['flat'][1:]}'/></a:solidFill></a:ln></c:spPr>"
        "</c:errBars>"
    )
    drawn._element.find(qn("c:cat")).addprevious(made)


def _literal(reaches: Sequence[float]) -> str:
    points = "".join(f"<c:pt idx='{i}'><c:v>{reach!r}</c:v></c:pt>" for i, reach in enumerate(reaches))
    return f"<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val='{len(reaches)}'/>{points}</c:numLit>"


def _reach(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else float(high - low)


def _paint_target(drawn: Any) -> None:
    drawn.smooth = False
    drawn.format.line.color.rgb, drawn.format.line.width = colour_of(COLOURS["goal"]), Pt(1.5)
    drawn.format.line.dash_style = MSO_LINE.DASH
    drawn.marker.style = XL_MARKER_STYLE.NONE


def _paint_bars(drawn: Any, series: Series, number: int, *, faint: bool) -> None:
    drawn.invert_if_negative = False
    drawn.format.fill.solid()
    drawn.format.fill.fore_color.rgb = colour_of(COLOURS["line"] if faint else colour(series, -1, number))
    for i in range(len(series.tones)):
        fill = drawn.points[i].format.fill
        fill.solid()
        fill.fore_color.rgb = colour_of(colour(series, i, number))
