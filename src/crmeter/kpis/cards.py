"""Cards: all that is to be known of a KPI, in one language. Screen, pages of docs/ and JSON are made of them.

A card is put together from the KPI itself (formula, example, what it reads) and the texts and the SQL beside it. What
takes time to find is found when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.kpis import CATALOGUE, FAMILY_OF
from crmeter.kpis.texts import Action, Texts, When, texts
from crmeter.kpis.tiers import Strategy, strategies
from crmeter.kpis.worked import Given, given
from crmeter.metrics.definitions import definition
from crmeter.metrics.inputs import inputs
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.notation import Symbol, notation, symbols

_BY_ID = {kpi.id: kpi for kpi in CATALOGUE}


@dataclass(frozen=True)
class Card:
    """One KPI in one language."""

    kpi: Kpi
    family: str
    lang: str
    texts: Texts

    @property
    def id(self) -> str:
        return self.kpi.id

    @property
    def name(self) -> str:
        return self.texts.name

    @property
    def question(self) -> str:
        """The question it answers."""
        return self.texts.question

    @property
    def shows(self) -> str:
        """What it shows."""
        return self.texts.shows

    @property
    def reading(self) -> str:
        """How to read it, with a number."""
        return self.texts.reading

    @property
    def caution(self) -> str:
        """What to be careful of."""
        return self.texts.caution

    @property
    def actions(self) -> tuple[Action, ...]:
        """What to do when it is low, high, rising or falling."""
        return self.texts.actions

    @property
    def synonyms(self) -> tuple[str, ...]:
        """What others call it: understood in searches, never shown in its place."""
        return self.texts.synonyms

    @property
    def unit(self) -> str:
        return str(self.kpi.unit)

    @property
    def better(self) -> str:
        return str(self.kpi.better)

    @property
    def minimum_sample(self) -> int:
        return self.kpi.minimum_sample

    @cached_property
    def formula(self) -> str:
        """The formula in words: ``lost customers ÷ customers at the start``."""
        with speaking(self.lang):
            return self.kpi.formula.words()

    @cached_property
    def math(self) -> str:
        """The formula in mathematical notation."""
        return self.texts.math or notation(self.kpi.formula) or ""

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """What the names in the notation stand for; none where the card writes out its own."""
        with speaking(self.lang):
            return () if self.texts.math else symbols(self.kpi.formula)

    @property
    def example(self) -> str:
        """The worked example as a sentence."""
        return self.texts.example

    @cached_property
    def given(self) -> tuple[Given, ...]:
        """The numbers of the worked example."""
        with speaking(self.lang):
            return given(self.kpi)

    @property
    def makes(self) -> float:
        """The value of the worked example."""
        return self.kpi.example.value

    @cached_property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        """The canonical tables it reads, with their columns."""
        return inputs(self.kpi)

    @cached_property
    def sql(self) -> str:
        """An independent statement of the same, with which the tests check it."""
        path = files("crmeter.kpis").joinpath(self.family, f"{self.kpi.measure}.sql")
        return path.read_text("utf-8")

    @cached_property
    def definition(self) -> str:
        """The hash of what it counts."""
        return definition(self.kpi)

    @cached_property
    def tiers(self) -> tuple[Strategy, ...]:
        """What to do for customers of each tier, on the cards of what customers are worth."""
        return strategies(self.lang) if self.kpi.measure == "clv" else ()

    def actions_when(self) -> dict[str, list[Action]]:
        """The actions by what calls for them: low, high, falling, rising."""
        return {str(when): found for when in When if (found := [a for a in self.actions if a.when is when])}

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "id": self.id,
            "family": self.family,
            "lang": self.lang,
            "name": self.name,
            "question": self.question,
            "unit": self.unit,
            "better": self.better,
            "minimum_sample": self.minimum_sample,
            "shows": self.shows,
            "reading": self.reading,
            "caution": self.caution,
            "actions": [{"when": str(a.when), "kind": str(a.kind), "do": a.do} for a in self.actions],
            "tiers": [
                {"tier": each.tier, "name": each.name, "who": each.who, "do": list(each.do)} for each in self.tiers
            ],
            "formula": self.formula,
            "math": self.math,
            "symbols": {symbol.name: symbol.words for symbol in self.symbols},
            "example": {
                "text": self.example,
                "given": [{"what": each.what, "number": each.number} for each in self.given],
                "value": self.makes,
            },
            "inputs": {table: list(columns) for table, columns in self.inputs.items()},
            "synonyms": list(self.synonyms),
            "definition": self.definition,
            "sql": self.sql,
        }


@cache
def card(kpi_id: str, lang: str) -> Card:
    """The card of a KPI in one of LANGUAGES. KeyError for an id that is none, IncompleteCard where a text lacks."""
    kpi = _BY_ID[kpi_id]
    return Card(kpi, FAMILY_OF[kpi.id], lang, texts(kpi, FAMILY_OF[kpi.id], lang))


def cards(lang: str) -> dict[str, Card]:
    """Every card of the catalogue in one language."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    return {kpi.id: card(kpi.id, lang) for kpi in CATALOGUE}
