"""Cards: what a KPI is called, which question it answers, and what to be careful of, in three languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.kpis import CATALOGUE, FAMILY_OF
from crmeter.metrics.definitions import definition
from crmeter.metrics.kpi import Kpi


@dataclass(frozen=True)
class Card:
    """One KPI in one language. ``formula`` is its formula in words, ``sql`` an independent statement of it."""

    id: str
    family: str
    lang: str
    name: str
    question: str
    caution: str
    formula: str
    unit: str
    better: str
    minimum_sample: int
    definition: str
    sql: str


@cache
def card(kpi_id: str, lang: str) -> Card:
    """The card of a KPI in one of LANGUAGES; KeyError for an id that is none."""
    kpi = next((k for k in CATALOGUE if k.id == kpi_id), None)
    if kpi is None:
        raise KeyError(kpi_id)
    told = _texts(kpi)[kpi.variant][lang]
    with speaking(lang):
        formula = kpi.formula.words()
    return Card(
        id=kpi.id,
        family=FAMILY_OF[kpi.id],
        lang=lang,
        name=told["name"],
        question=told["question"],
        caution=told["caution"],
        formula=formula,
        unit=str(kpi.unit),
        better=str(kpi.better),
        minimum_sample=kpi.minimum_sample,
        definition=definition(kpi),
        sql=_beside(kpi, ".sql"),
    )


def cards(lang: str) -> dict[str, Card]:
    """Every card of the catalogue in one language."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    return {kpi.id: card(kpi.id, lang) for kpi in CATALOGUE}


def _texts(kpi: Kpi) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = tomllib.loads(_beside(kpi, ".texts.toml"))
    return found


def _beside(kpi: Kpi, ending: str) -> str:
    """A file that stands beside a KPI's own."""
    return files("crmeter.kpis").joinpath(FAMILY_OF[kpi.id], kpi.measure + ending).read_text("utf-8")
