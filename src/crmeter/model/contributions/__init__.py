"""Contributions: what customer cells are put together from, each measured only where a KPI asks for it."""

from crmeter.model.contributions.campaigns import CREDIT, TRIAL
from crmeter.model.contributions.cases import COMPLAINTS
from crmeter.model.contributions.contracts import CONTRACTS, RECURRING
from crmeter.model.contributions.contribution import Contribution
from crmeter.model.contributions.orders import ORDERED, SO_FAR, YEAR_ON_YEAR
from crmeter.model.contributions.spells import SPELLS, SPELLS_BEFORE, TENURES

CONTRIBUTIONS = {
    c.name: c
    for c in (
        ORDERED,
        SO_FAR,
        YEAR_ON_YEAR,
        COMPLAINTS,
        CONTRACTS,
        RECURRING,
        SPELLS,
        TENURES,
        SPELLS_BEFORE,
        CREDIT,
        TRIAL,
    )
}
__all__ = ["CONTRIBUTIONS", "Contribution"]
