"""A catalogue: the KPIs that can be asked for. The built-in one, or that of a workspace, which adds its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from crmeter.kernel.errors import Problem, raise_if_any
from crmeter.kernel.messages import LANGUAGES, t
from crmeter.kpis import FAMILIES
from crmeter.kpis.cards import Card, card
from crmeter.metrics import Kpi

_ADDITION = re.compile(r"\s*[(（,].*$")  # what tells variants of a measure apart: “…, median”, “…（中位數）”


@dataclass(frozen=True, eq=False)
class Catalogue:
    """KPIs by family, and the cards of those that are not built in, by id and language."""

    families: Mapping[str, tuple[Kpi, ...]]
    own_cards: Mapping[str, Mapping[str, Card]] = field(default_factory=dict)

    @cached_property
    def kpis(self) -> tuple[Kpi, ...]:
        return tuple(kpi for family in self.families.values() for kpi in family)

    @cached_property
    def by_id(self) -> dict[str, Kpi]:
        return {kpi.id: kpi for kpi in self.kpis}

    @cached_property
    def first_variants(self) -> dict[str, Kpi]:
        """What the bare name of a measure means."""
        return {kpi.measure: kpi for kpi in reversed(self.kpis)}

    @cached_property
    def family_of(self) -> dict[str, str]:
        return {kpi.id: family for family, kpis in self.families.items() for kpi in kpis}

    def card(self, id: str, lang: str) -> Card:
        """The card of a KPI in one of LANGUAGES; KeyError for an id or a language that is none."""
        own = self.own_cards.get(id)
        return own[lang] if own else card(id, lang)

    def cards(self, lang: str) -> dict[str, Card]:
        """Every card in one language; KeyError for a language that is none."""
        if lang not in LANGUAGES:
            raise KeyError(lang)
        return {kpi.id: self.card(kpi.id, lang) for kpi in self.kpis}

    def find(self, word: str) -> Kpi | None:
        """The KPI of an id; of the bare name of a measure its first variant; else the first that is called so, in any
        language, by name or synonym."""
        by_word = self.by_id.get(word) or self.first_variants.get(word)
        return by_word or self.by_id.get(self._called.get(word.strip().casefold(), ""))

    def chosen(self, words: Sequence[str]) -> tuple[Kpi, ...]:
        """The KPIs that :meth:`find` finds, each once. UserError for words that find none."""
        found = {word: self.find(word) for word in words}
        raise_if_any(self.unknown(word) for word, kpi in found.items() if kpi is None)
        return tuple(dict.fromkeys(kpi for kpi in found.values() if kpi is not None))

    def unknown(self, word: str) -> Problem:
        """What is said of a word that finds no KPI."""
        words = {**self._called, **{known: known for known in (*self.first_variants, *self.by_id)}}
        letters = sorted(word.casefold())
        # two letters the wrong way round are the nearest miss
        near = sorted(get_close_matches(word.casefold(), words, 5, 0.5), key=lambda found: sorted(found) != letters)
        return Problem(
            t("There is no KPI “{id}”.", id=word),
            next=(t("Did you mean “{word}”?", word=words[near[0]]) + " " if near else "")
            + t("“crmeter kpis” lists them."),
        )

    @cached_property
    def _called(self) -> dict[str, str]:
        """What KPIs are called, in every language, in small letters → the id of the first KPI called so."""
        cards = [{lang: self.card(kpi.id, lang) for lang in LANGUAGES} for kpi in self.kpis]
        names = [(each.name, each.id) for told in cards for each in told.values()]
        bare = [(_ADDITION.sub("", name), id) for name, id in names]
        synonyms = [(word, each.id) for told in cards for each in told.values() for word in each.synonyms]
        found: dict[str, str] = {}
        for word, id in (*names, *bare, *synonyms):
            found.setdefault(word.casefold(), id)
        return found


BUILT_IN = Catalogue(FAMILIES)
