"""The report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words
from crmeter.reports.blocks import Bullets, Terms, Tiles
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.charts.spark import spark
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section
from crmeter.reports.sections import shown

TAGS = {"zh-Hant": "zh-Hant-TW", "zh-Hans": "zh-Hans-CN", "en": "en"}


def _entries(block: Bullets | Terms | Tiles) -> object:
    """The items of a block; in a template ``block.items`` would be the method of a mapping."""
    return block.items


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("crmeter.reports", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.update(t=t, numbers=numbers, words=words, spark=spark, entries=_entries)
    made.globals["kind_of"] = lambda block: type(block).__name__
    return made


@cache
def _style() -> Markup:
    return Markup(files("crmeter.reports").joinpath("renderers", "style.css").read_text("utf-8"))


def render(reading: Reading, lang: str) -> str:
    """The whole page."""
    drawer = Drawer()
    bodies = [(section.name, section.title(), _body(section, reading, drawer)) for section in shown(reading)]
    parts = [(name, title, body) for name, title, body in bodies if body is not None]
    return (
        _environment()
        .get_template("renderers/page.html")
        .render(reading=reading, lang=TAGS[lang], parts=parts, style=_style())
    )


def _body(section: Section, reading: Reading, drawer: Drawer) -> Markup | None:
    """A section by its own template, else by its blocks; None where it says nothing."""
    made = _environment()
    if section.facts is not None:
        template = made.get_template(f"sections/{section.name}/section.html")
        names = {each.name for each in shown(reading)}  # a link leads to a section that is there
        return Markup(template.render(reading=reading, names=names, **section.facts(reading, drawer)))
    blocks = section.blocks(reading)
    return Markup(made.get_template("renderers/blocks.html").render(blocks=blocks, drawer=drawer)) if blocks else None
