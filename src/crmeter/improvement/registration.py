"""Registration: what is sealed before a plan starts, so that nobody can choose afterwards how it is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crmeter.analysis.effects.designs import Design, read_design
from crmeter.evaluation.seal import ALGORITHM, digest
from crmeter.improvement.completeness import lacking, too_late
from crmeter.improvement.drafts import Draft, Plain
from crmeter.improvement.proposal import Proposal, Proposer
from crmeter.improvement.reading import plain, read_draft
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.definitions import definition
from crmeter.metrics.dimensions import Filter, parse_filters
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

SCHEMA = 1


@dataclass(frozen=True)
class Registration:
    """A sealed plan, read back."""

    document: Plain

    @property
    def draft(self) -> Draft:
        return read_draft(self.document["plan"])

    @property
    def design(self) -> Design:
        return read_design(self.document["design"])


def proposed(
    draft: Draft,
    warehouse: Warehouse,
    rules: Rules,
    *,
    today: date,
    lots: str,
    catalogue: Catalogue = BUILT_IN,
) -> tuple[Draft, Proposal]:
    """A complete draft with its KPIs by their ids, and how it is to be verified. UserError with all that it lacks."""
    raise_if_any([*lacking(draft, catalogue, rules), *too_late(draft, today, warehouse.load.as_of)])
    (kpi,) = catalogue.chosen([draft.kpi or ""])
    guards = tuple(guard.id for guard in catalogue.chosen(draft.guards))
    named = replace(draft, kpi=kpi.id, guards=guards)
    return named, Proposer(warehouse, rules, named, kpi, lots, today, catalogue).propose()


def seal(
    id: str,
    draft: Draft,
    proposal: Proposal,
    warehouse: Warehouse,
    rules: Rules,
    *,
    at: str,
    who: str,
    catalogue: Catalogue = BUILT_IN,
) -> dict[str, Any]:
    """The sealed document of a plan: what it says, how it is verified, what that can show, and what was known then."""
    kpis = catalogue.chosen([draft.kpi or "", *draft.guards])
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "id": id,
        "registered_at": at,
        "registered_by": who,
        "plan": plain(draft),
        **proposal.as_json(),
        "design_seal": proposal.design.seal,
        "load": warehouse.load.number,
        "as_of": warehouse.load.as_of.isoformat(),
        "rules": rules.as_json(),
        "definitions": {kpi.id: definition(kpi) for kpi in kpis},
        "known_before": known_before(warehouse, rules, proposal.design, kpis[0]),
    }
    document = digestible(document)
    return {**document, "seal": {"algorithm": ALGORITHM, "checksum": digest(document)}}


def digestible(document: dict[str, Any]) -> dict[str, Any]:
    """The document as JSON gives it back: lists for tuples, texts for days."""
    import json

    told: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return told


def check_seal(document: Plain) -> None:
    """UserError for a plan that is not as it was registered."""
    bare = {name: value for name, value in document.items() if name != "seal"}
    if digest(bare) != document["seal"]["checksum"] or read_design(document["design"]).seal != document["design_seal"]:
        raise UserError(
            Problem(
                t("Plan {id} is not as it was registered: its checksum does not match.", id=document.get("id", "?")),
                t("Somebody or something changed it after the fact, so its verdict cannot be trusted."),
                t("Put back a copy of the store."),
            )
        )


def known_before(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi) -> dict[str, Any] | None:
    """The KPI of the target over the part of the window before of which data are known; None where there is none."""
    window = Period(design.before.start, design.before.end).until(warehouse.load.as_of)
    if window is None:
        return None
    return value_in(warehouse, rules, design, kpi, window)


def value_in(warehouse: Warehouse, rules: Rules, design: Design, kpi: Kpi, window: Period) -> dict[str, Any]:
    """The KPI of the target of a design in a window, as plain values."""
    filters = list(parse_filters(design.where))
    if design.by and design.by.startswith("customer.") and design.target:
        filters.append(Filter(design.by, design.target))
    found = measure(warehouse, rules, Request([kpi], [window], filters=filters)).value(kpi, window)
    return {"start": str(window.start), "end": str(window.end), "value": found.value, "n": found.n}
