"""The catalogue as the faces show it: the list of KPIs, and one card of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import language, t
from crmeter.kpis import CATALOGUE, FAMILIES
from crmeter.kpis.cards import Card, card, cards
from crmeter.metrics import Kpi
from crmeter.metrics.measures import Product, Ranked, Total, Window
from crmeter.model.populations import POPULATIONS

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
FIRST_VARIANTS = {kpi.measure: kpi for kpi in reversed(CATALOGUE)}
LISTED = ("id", "family", "unit", "better", "name")


@dataclass(frozen=True)
class Explained:
    """A KPI's card with its worked example: ``given`` are its parts, each with its number, ``makes`` the value."""

    card: Card
    given: tuple[tuple[str, float], ...]
    makes: float

    def as_json(self) -> dict[str, Any]:
        """Plain values, for ``--format json``."""
        given = [{"what": what, "number": number} for what, number in self.given]
        return {**self.card.__dict__, "example": {"given": given, "value": self.makes}}


def chosen(ids: Sequence[str]) -> tuple[Kpi, ...]:
    """The KPIs of these ids, each once; the bare name of a measure is its first variant. UserError for unknown ones."""
    found = {id: BY_ID.get(id) or FIRST_VARIANTS.get(id) for id in ids}
    raise_if_any(unknown_kpi(id) for id, kpi in found.items() if kpi is None)
    return tuple(dict.fromkeys(kpi for kpi in found.values() if kpi is not None))


def unknown_kpi(id: str) -> Problem:
    near = get_close_matches(id, [*BY_ID, *FIRST_VARIANTS], 1, 0.5)
    return Problem(
        t("There is no KPI “{id}”.", id=id),
        next=(t("Did you mean “{word}”?", word=near[0]) + " " if near else "") + t("“crmeter kpis” lists them."),
    )


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


def explain(id: str) -> Explained:
    """The card of a KPI, in the language of the moment, and its worked example."""
    (kpi,) = chosen([id])
    return Explained(card(kpi.id, language()), tuple(_given(kpi)), kpi.example.value)


def _given(kpi: Kpi) -> Iterator[tuple[str, float]]:
    """The worked example's numbers under the words of the measures they stand for."""
    known: dict[str, str] = {}
    for measure in kpi.formula.measures:
        if isinstance(measure, Ranked):
            known[measure.column] = t(POPULATIONS[measure.population].adds[measure.column])
            known[measure.rows.column] = t("records")
        elif isinstance(measure, Total) and not measure.squared:
            window = "" if measure.window is Window.PERIOD else f"@{measure.window}"
            known.setdefault(f"{measure.column}{window}", _words(measure))
        elif isinstance(measure, Product):
            known.setdefault(f"{measure.x.column}×{measure.y.column}", measure.words)
    for name, number in kpi.example.given.items():
        yield known.get(name) or known[name.partition("@")[0]], number


def _words(total: Total) -> str:
    """The words of a measure; a bare count of rows is of records."""
    return t("records") if total.column.startswith(("#", "*")) else total.words
