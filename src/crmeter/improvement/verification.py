"""Verification: a sealed plan held to what happened, by the method that was sealed with it."""

from __future__ import annotations

from typing import Any

from crmeter.analysis import effects
from crmeter.evaluation.seal import ALGORITHM, digest
from crmeter.improvement.deviations import Carried, deviations
from crmeter.improvement.drafts import Plain
from crmeter.improvement.money import worth
from crmeter.improvement.registration import Registration, check_seal, digestible, value_in
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.model.rules import Rules
from crmeter.stats.effects.verdict import Verdict
from crmeter.warehouse.duck import Warehouse

SCHEMA = 1


def verify(
    document: Plain,
    carried: Carried,
    warehouse: Warehouse,
    rules: Rules,
    *,
    number: int = 1,
    at: str = "",
    who: str = "",
    catalogue: Catalogue = BUILT_IN,
) -> dict[str, Any]:
    """The sealed verification of a registered plan (its document). UserError before its window is over, and where the
    registration is not as it was sealed."""
    check_seal(document)
    registration = Registration(document)
    design = registration.design
    if design.after.end > warehouse.load.as_of:
        raise UserError.of(
            t("The window of plan {id} ends on {end}, and the data reach to {as_of}.",
              id=document["id"], end=design.after.end, as_of=warehouse.load.as_of),
            t("A verdict before its end would be one that was picked."),
            t("Load data that reach further, then verify again. Until then: crmeter plan monitor {id}",
              id=document["id"]),
        )  # fmt: skip
    found = effects.verify(warehouse, rules, design, catalogue)
    (kpi,) = catalogue.chosen([design.kpi])
    told = digestible(
        {
            "schema": SCHEMA,
            "id": f"{document['id']}-V{number}",
            "plan": document["id"],
            "number": number,
            "at": at,
            "who": who,
            "load": warehouse.load.number,
            "as_of": str(warehouse.load.as_of),
            "registration": document["seal"]["checksum"],
            "verdict": str(found.judgement.verdict),
            "result": found.as_json(),
            "money": _money(found, warehouse, rules, catalogue),
            "objective": _objective(registration, warehouse, rules, catalogue),
            "value": value_in(warehouse, rules, design, kpi, design.after),
            "deviations": deviations(registration, carried, found, warehouse, rules, catalogue),
        }
    )
    return {**told, "checksum": digest({**told, "algorithm": ALGORITHM})}


def _money(found: effects.Verification, warehouse: Warehouse, rules: Rules, catalogue: Catalogue) -> dict[str, Any]:
    """What an effect is worth; what nobody vouches for is worth nothing that could be said."""
    if found.judgement.verdict not in (Verdict.IMPROVED, Verdict.WORSE):
        return {"reason": "no_effect"}
    return worth(found, warehouse, rules, catalogue)


def _objective(
    registration: Registration, warehouse: Warehouse, rules: Rules, catalogue: Catalogue
) -> dict[str, Any] | None:
    """Whether the plan's own target was reached in the window: another question than whether the plan did it."""
    draft, design = registration.draft, registration.design
    if draft.target is None:
        return None
    (kpi,) = catalogue.chosen([design.kpi])
    value = value_in(warehouse, rules, design, kpi, design.after)["value"]
    up = effects.checks.good_direction(design, kpi, rules) == "up"
    met = None if value is None else value >= draft.target if up else value <= draft.target
    return {"target": draft.target, "value": value, "met": met}


def is_intact(verification: Plain) -> bool:
    """Whether a stored verification is as it was written."""
    bare = {name: value for name, value in verification.items() if name != "checksum"}
    return digest({**bare, "algorithm": ALGORITHM}) == verification.get("checksum")


def says_nothing_new(found: Plain, kept: Plain) -> bool:
    """Whether a verification says what one before it said, of data that reach no further."""
    aside = {"id", "number", "at", "who", "checksum", "load"}
    return all(found[name] == kept.get(name) for name in found if name not in aside)
