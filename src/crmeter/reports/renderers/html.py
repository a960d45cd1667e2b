"""The report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.charts.spark import spark
from crmeter.reports.reading import Reading
from crmeter.reports.sections import SECTIONS

TAGS = {"zh-Hant": "zh-Hant-TW", "zh-Hans": "zh-Hans-CN", "en": "en"}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("crmeter.reports", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.update(t=t, numbers=numbers, words=words, spark=spark)
    return made


@cache
def _style() -> Markup:
    return Markup(files("crmeter.reports").joinpath("renderers", "style.css").read_text("utf-8"))


def render(reading: Reading, lang: str) -> str:
    """The whole page."""
    made, drawer = _environment(), Drawer()
    parts = []
    for section in SECTIONS:
        template = made.get_template(f"sections/{section.name}/section.html")
        body = Markup(template.render(reading=reading, **section.facts(reading, drawer)))
        parts.append((section.name, section.title(), body))
    return made.get_template("renderers/page.html").render(
        reading=reading, lang=TAGS[lang], parts=parts, style=_style()
    )
