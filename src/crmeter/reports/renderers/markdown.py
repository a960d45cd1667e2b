"""The report as Markdown: tables and lists that a chat tool or a wiki shows."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words
from crmeter.reports.reading import Reading
from crmeter.reports.sections import SECTIONS

_SPECIAL = re.compile(r"[\\`*_\[\]>|~#]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_SPACE = re.compile(r"\s+")


def escape(value: object) -> object:
    """Text of users as text: no markup, no HTML, no second cell, no new line. What is Markup is done already."""
    if isinstance(value, Markup):
        return value
    plain = _SPACE.sub(" ", str(value))
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found.group(), "\\" + found.group()), plain)


def code(value: object) -> Markup:
    """An id or a hash as code; backticks and pipes would end it."""
    plain = _SPACE.sub(" ", str(value)).replace("`", "'").replace("|", "¦")
    return Markup(f"`{plain}`")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("crmeter.reports", ""),
        autoescape=False,  # HTML escaping would show in Markdown: finalize escapes every value for Markdown instead
        finalize=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    made.filters["code"] = code
    made.globals.update(t=t, numbers=numbers, words=words)
    return made


def render(reading: Reading, lang: str) -> str:
    """The whole report."""
    made = _environment()
    parts = []
    for section in SECTIONS:
        template = made.get_template(f"sections/{section.name}/section.md")
        body = template.render(reading=reading, **section.facts(reading, None))
        parts.append((section.title(), Markup(body.strip("\n"))))
    page = made.get_template("renderers/page.md").render(reading=reading, lang=lang, parts=parts)
    return re.sub(r"\n{3,}", "\n\n", page).strip() + "\n"
