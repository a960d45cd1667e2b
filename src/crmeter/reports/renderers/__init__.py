"""The formats of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import LANGUAGES, speaking, t
from crmeter.reports.audiences import AUDIENCES
from crmeter.reports.cards import Card
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import docx, html, json, markdown, pdf, pptx, xlsx

RENDERERS: Mapping[str, Callable[[Reading, str], str | bytes]] = {
    "html": html.render,
    "md": markdown.render,
    "json": json.render,
    "pdf": pdf.render,
    "xlsx": xlsx.render,
    "docx": docx.render,
    "pptx": pptx.render,
}
FORMATS = tuple(RENDERERS)
TEXTS = ("html", "md", "json")  # a terminal can show these


def render(
    document: Mapping[str, Any], format: str, lang: str, cards: Mapping[str, Card], audience: str | None = None
) -> bytes:
    """The report of a sealed evaluation; texts in UTF-8.

    ``document`` is the evaluation as plain JSON, ``cards`` the cards of its KPIs by id, in ``lang``; a KPI without one
    is shown by its id. ``audience`` is one of AUDIENCES, None for everything. Raises UserError for a format, language
    or audience there is none of.
    """
    _check(t("There is no report format “{format}”.", format=format), format, FORMATS)
    _check(t("There is no language “{lang}”.", lang=lang), lang, LANGUAGES)
    if audience is not None:
        _check(t("There is no audience “{audience}”.", audience=audience), audience, tuple(AUDIENCES))
    with speaking(lang):
        read = Reading(document, cards, AUDIENCES[audience] if audience else None)
        made = RENDERERS[format](read, lang)
    return made.encode("utf-8") if isinstance(made, str) else made


def _check(what: str, given: str, choices: tuple[str, ...]) -> None:
    if given not in choices:
        raise UserError.of(what, next=t("Choose one of: {choices}.", choices=", ".join(choices)))
