"""A catalogue: the KPIs that can be asked for. The built-in one, or that of a workspace, which adds its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from crmeter.kernel.errors import Problem, raise_if_any
from crmeter.kernel.messages import LANGUAGES, joined, t
from crmeter.kpis import FAMILIES
from crmeter.kpis.cards import Card, card
from crmeter.metrics import Kpi

_ADDITION = re.compile(r"\s*[(（,].*$")  # what tells variants of a measure apart: “…, median”, “…（中位數）”


def _stands_in(name: str, text: str) -> bool:
    """Whether a name is part of a text, as whole words where it is written in letters with spaces between words."""
    edges = [r"(?<![a-z0-9_.])" if name[0].isascii() else "", r"(?![a-z0-9_]|\.[a-z])" if name[-1].isascii() else ""]
    return name in text and re.search(f"{edges[0]}{re.escape(name)}{edges[1]}", text) is not None


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

    def named_in(self, text: str) -> tuple[str, str] | None:
        """The longest name or synonym that stands in a text of small letters, and the id of the KPI; None where none
        does. Of two that are of one length the first counts."""
        known = {
            **{id: id for id in self.by_id},
            **{m: kpi.id for m, kpi in self.first_variants.items()},
            **self._called,
        }
        there = [name for name in known if name and _stands_in(name, text)]
        longest = max(there, key=len, default=None)
        return None if longest is None else (longest, known[longest])

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
            next=joined(
                [
                    t("Did you mean “{word}”?", word=words[near[0]]) if near else "",
                    t("“crmeter kpis” lists them."),
                ]
            ),
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
