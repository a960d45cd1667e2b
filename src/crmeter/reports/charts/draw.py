"""Vega-Lite to SVG that can stand inside a page: no namespace addresses, a title, colours by class of theme."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import count

from markupsafe import Markup, escape

from crmeter.reports import fonts
from crmeter.reports.blocks import Chart
from crmeter.reports.charts.plain import plain
from crmeter.reports.charts.theme import COLOURS, Spec

VL_VERSION = "6.4"
WIDE, NARROW = 540, 320  # px of a chart on a screen or paper, and on a phone
PAPER = 700  # px of the widest drawing that a page shows with letters of a readable size
_SLACK = 8  # px at either side
_BOX = re.compile(r'viewBox="0 0 (\d+(?:\.\d+)?) ')
_FAMILY = re.compile(r'font-family="[^"]*"')
_HEAD = re.compile(r"<svg[^>]*>")
_XMLNS = re.compile(r' xmlns(:\w+)?="[^"]*"')


def svg(spec: Spec) -> str:
    """The chart as an SVG file of its own. Nothing outside the spec is read."""
    return _drawn(json.dumps(spec, ensure_ascii=False))


@lru_cache(maxsize=256)  # an evaluation has some fifty charts a language; every format shows the same drawing
def _drawn(written: str) -> str:
    import vl_convert  # starts a JavaScript engine: only where a chart is drawn

    return str(vl_convert.vegalite_to_svg(written, vl_version=VL_VERSION, allowed_base_urls=[]))


def png(spec: Spec, scale: float = 2.0) -> bytes:
    """The chart as a PNG on white, ``scale`` pixels for each px, in the font of the language. Nothing outside the spec
    is read but the fonts; UserError where they are not installed."""
    import vl_convert

    vl_convert.register_font_directory(str(fonts.folder()))
    config = {**spec.get("config", {}), "font": ", ".join((*fonts.families(), "sans-serif"))}
    painted = {**spec, "config": config, "background": spec.get("background") or COLOURS["surface"]}
    return bytes(vl_convert.vegalite_to_png(painted, vl_version=VL_VERSION, scale=scale, allowed_base_urls=[]))


def painted(drawn: str) -> str:
    """A drawing in the fonts of the language, with room at its sides: their letters may be a little wider than those
    it was measured with."""
    family = ", ".join(f"'{name}'" for name in fonts.families())
    wider = _BOX.sub(lambda box: f'viewBox="{-_SLACK} 0 {float(box[1]) + 2 * _SLACK:g} ', drawn, count=1)
    return _FAMILY.sub(f'font-family="{family}"', wider)


def picture(drawn: str, scale: float = 2.0) -> bytes:
    """A drawing as PNG, in the fonts of the language. UserError where they are not installed."""
    import vl_convert

    vl_convert.register_font_directory(str(fonts.folder()))
    white = f'<rect x="-50" y="-50" width="300%" height="300%" fill="{COLOURS["surface"]}"/>'
    return bytes(vl_convert.svg_to_png(_HEAD.sub(lambda head: head[0] + white, painted(drawn), count=1), scale=scale))


def specified(chart: Chart) -> Callable[[int], Spec]:
    """What draws a chart at a width: its own way, else plainly from its series."""
    return chart.spec or (lambda width: plain(chart, width))


class Drawer:
    """Draws the charts of one page and keeps their ids apart."""

    def __init__(self) -> None:
        self._ids = count(1)

    def block(self, chart: Chart) -> Markup:
        """A chart of a section, for both widths."""
        return self.both(specified(chart), chart.title, chart.described or chart.subtitle, chart.wide)

    def both(self, make: Callable[[int], Spec], title: str, description: str, wide: int = WIDE) -> Markup:
        """The chart twice, for wide screens and for phones; the style sheet shows one of them."""
        drawn = [self.inline(make(width), title, description) for width in (wide, NARROW)]
        return Markup('<div class="chart wide">{}</div><div class="chart narrow">{}</div>').format(*drawn)

    def inline(self, spec: Spec, title: str, description: str) -> Markup:
        """The chart as an ``<svg>`` element with a title and a description for those who do not see it."""
        drawn = _XMLNS.sub("", svg(spec), count=2)
        head, body = re.fullmatch(r"<svg([^>]*)>(.*)</svg>\s*", drawn, re.DOTALL).groups()  # type: ignore[union-attr]
        number = next(self._ids)
        names = f"chart-{number}-title chart-{number}-desc"
        width = re.search(r'width="(\d+)', head)
        box = re.search(r'viewBox="[^"]*"', head)
        if not width or not box:
            raise ValueError("the drawn chart has no size")
        # what the renderer made is safe markup: texts from data are escaped by it (a test holds that)
        return Markup(
            f'<svg role="img" aria-labelledby="{names}" {box.group()} style="max-width:{width.group(1)}px">'
            f'<title id="chart-{number}-title">{escape(title)}</title>'
            f'<desc id="chart-{number}-desc">{escape(description)}</desc>{body}</svg>'
        )
