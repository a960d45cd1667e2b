"""The cards of composed KPIs: name and question are the organisation's, the rest is told from the composition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from crmeter.kernel.messages import LANGUAGES, speaking, t
from crmeter.kpis.cards import Card
from crmeter.kpis.declared import Declaration, Part
from crmeter.kpis.texts import Texts
from crmeter.kpis.worked import Given
from crmeter.metrics import Better, Kpi
from crmeter.metrics.composed import CountsRatio, CustomersRatio
from crmeter.metrics.notation import notation

NameOf = Callable[[str, str], str | None]  # id and language → the name of a KPI, None for a bare measure


@dataclass(frozen=True)
class OwnCard(Card):
    """The card of a composed KPI. No independent SQL stands beside it."""

    parts: tuple[Given, ...] = ()

    @cached_property
    def given(self) -> tuple[Given, ...]:
        return self.parts

    @cached_property
    def sql(self) -> str:
        return ""

    @cached_property
    def math(self) -> str:
        return notation(self.kpi.formula) or ""


def own_cards(
    kpi: Kpi, family: str, told: Declaration, parts: Sequence[Part], name_of: NameOf
) -> Mapping[str, OwnCard]:
    """The card in every language; where the organisation wrote another language only, its words stand in that."""
    found = {}
    for lang in LANGUAGES:
        with speaking(lang):
            given = tuple(Given(name_of(part.name, lang) or part.formula.words(), part.example) for part in parts)
            found[lang] = OwnCard(kpi, family, lang, _texts(kpi, told, lang, given), given)
    return found


def _texts(kpi: Kpi, told: Declaration, lang: str, given: Sequence[Given]) -> Texts:
    numbers = t(", ").join(f"{each.what} {each.number:,.10g}" for each in given)
    return Texts(
        name=_said(told.name, lang),
        question=_said(told.question, lang),
        shows=t("Your organisation composed it of these: {parts}.", parts=t(", ").join(each.what for each in given)),
        reading=f"{_direction(kpi.better)} {_interval(kpi)}",
        caution=_said(told.caution, lang) or t("Nobody but your organisation checks this definition."),
        example=t("{numbers} give {value}.", numbers=numbers, value=f"{kpi.example.value:,.10g}"),
        math="",
        synonyms=told.synonyms,
        actions=(),
    )


def _said(by_language: Mapping[str, str], lang: str) -> str:
    order = (lang, *LANGUAGES)
    return next((by_language[each] for each in order if each in by_language), "")


def _direction(better: Better) -> str:
    return {
        Better.UP: t("Higher is better."),
        Better.DOWN: t("Lower is better."),
        Better.NONE: t("Neither way is better."),
    }[better]


def _interval(kpi: Kpi) -> str:
    if isinstance(kpi.formula, CustomersRatio):
        return t("Its interval counts customers, not rows: two orders of one customer are not two facts.")
    if isinstance(kpi.formula, CountsRatio):
        return t("Its interval takes the two counts as independent; it is wider than it need be where one is counted "
                 "in the other.")  # fmt: skip
    return t("It has no interval: its parts have no sample in common.")
