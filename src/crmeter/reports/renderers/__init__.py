"""The formats of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import LANGUAGES, speaking, t
from crmeter.reports.cards import Card
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import html, json, markdown

RENDERERS: Mapping[str, Callable[[Reading, str], str]] = {
    "html": html.render,
    "md": markdown.render,
    "json": json.render,
}
FORMATS = tuple(RENDERERS)


def render(document: Mapping[str, Any], format: str, lang: str, cards: Mapping[str, Card]) -> str:
    """The report of a sealed evaluation.

    ``document`` is the evaluation as plain JSON, ``cards`` the cards of its KPIs by id, in ``lang``; a KPI without one
    is shown by its id. Raises UserError for a format or language there is none of.
    """
    if format not in RENDERERS:
        raise UserError.of(
            t("There is no report format “{format}”.", format=format),
            next=t("Choose one of: {choices}.", choices=", ".join(FORMATS)),
        )
    if lang not in LANGUAGES:
        raise UserError.of(
            t("There is no language “{lang}”.", lang=lang),
            next=t("Choose one of: {choices}.", choices=", ".join(LANGUAGES)),
        )
    with speaking(lang):
        return RENDERERS[format](Reading(document, cards), lang)
