"""The catalogue as the faces show it: the list of KPIs, and one card of each."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import LANGUAGES, language, t
from crmeter.kpis import CATALOGUE, FAMILIES
from crmeter.kpis.cards import Card, card, cards
from crmeter.metrics import Kpi

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
FIRST_VARIANTS = {kpi.measure: kpi for kpi in reversed(CATALOGUE)}
LISTED = ("id", "family", "unit", "better", "name")


def chosen(ids: Sequence[str]) -> tuple[Kpi, ...]:
    """The KPIs of these ids, each once. UserError for those that find none.

    The bare name of a measure is its first variant; a name or synonym, in any language, is the first KPI called so.
    """
    found = {id: _found(id) for id in ids}
    raise_if_any(unknown_kpi(id) for id, kpi in found.items() if kpi is None)
    return tuple(dict.fromkeys(kpi for kpi in found.values() if kpi is not None))


def unknown_kpi(id: str) -> Problem:
    words = {**_called(), **{known: known for known in (*FIRST_VARIANTS, *BY_ID)}}
    near = get_close_matches(id.casefold(), words, 1, 0.5)
    return Problem(
        t("There is no KPI “{id}”.", id=id),
        next=(t("Did you mean “{word}”?", word=words[near[0]]) + " " if near else "") + t("“crmeter kpis” lists them."),
    )


def _found(id: str) -> Kpi | None:
    return BY_ID.get(id) or FIRST_VARIANTS.get(id) or BY_ID.get(_called().get(id.strip().casefold(), ""))


@cache
def _called() -> dict[str, str]:
    """What KPIs are called, in every language, in small letters → the id of the first KPI called so."""
    found: dict[str, str] = {}
    told = [cards(lang) for lang in LANGUAGES]
    for kpi in CATALOGUE:
        for each in told:
            found.setdefault(each[kpi.id].name.casefold(), kpi.id)
    for kpi in CATALOGUE:
        for synonym in (synonym for each in told for synonym in each[kpi.id].synonyms):
            found.setdefault(synonym.casefold(), kpi.id)
    return found


def listed(family: str | None = None) -> list[dict[str, str]]:
    """The KPIs of a family, of all if None, in the language of the moment: the members LISTED of their cards."""
    if family is not None and family not in FAMILIES:
        raise UserError.of(
            t("There is no family of KPIs “{family}”.", family=family),
            next=t("Choose one of: {choices}.", choices=", ".join(FAMILIES)),
        )
    kpis = FAMILIES[family] if family else CATALOGUE
    told = cards(language())
    return [{name: getattr(told[kpi.id], name) for name in LISTED} for kpi in kpis]


def name(id: str) -> str:
    """The name of a KPI, in the language of the moment."""
    return card(id, language()).name


def explain(id: str) -> Card:
    """The card of a KPI, in the language of the moment; UserError for an id that finds none."""
    (kpi,) = chosen([id])
    return card(kpi.id, language())
