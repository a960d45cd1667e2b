"""The catalogue as the faces show it: the list of KPIs, and one card of each."""

from __future__ import annotations

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import language, t
from crmeter.kpis.cards import Card
from crmeter.kpis.catalogue import BUILT_IN, Catalogue

__all__ = ["BUILT_IN", "LISTED", "Catalogue", "explain", "listed", "name"]

LISTED = ("id", "family", "unit", "better", "name")


def listed(family: str | None = None, catalogue: Catalogue = BUILT_IN) -> list[dict[str, str]]:
    """The KPIs of a family, of all if None, in the language of the moment: the members LISTED of their cards."""
    if family is not None and family not in catalogue.families:
        raise UserError.of(
            t("There is no family of KPIs “{family}”.", family=family),
            next=t("Choose one of: {choices}.", choices=", ".join(catalogue.families)),
        )
    kpis = catalogue.families[family] if family else catalogue.kpis
    told = catalogue.cards(language())
    return [{name: getattr(told[kpi.id], name) for name in LISTED} for kpi in kpis]


def name(id: str, catalogue: Catalogue = BUILT_IN) -> str:
    """The name of a KPI, in the language of the moment."""
    return catalogue.card(id, language()).name


def explain(id: str, catalogue: Catalogue = BUILT_IN) -> Card:
    """The card of a KPI, in the language of the moment; UserError for an id that finds none."""
    (kpi,) = catalogue.chosen([id])
    return catalogue.card(kpi.id, language())
