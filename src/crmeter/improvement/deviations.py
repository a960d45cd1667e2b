"""What departed from the registration: dates, steps, groups, definitions, settings, the data of the time before."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crmeter.analysis.effects.verification import Verification
from crmeter.improvement.drafts import Plain
from crmeter.improvement.registration import Registration, value_in
from crmeter.kernel.period import Period
from crmeter.kpis.catalogue import Catalogue
from crmeter.metrics.definitions import definition
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

SAME = 1e-9  # relative: values that differ by less are the same


@dataclass(frozen=True)
class Carried:
    """How a plan was carried out: when it started, which steps were done when, which other plans worked on the same."""

    started_on: date | None = None
    steps_done: Mapping[int, date] = field(default_factory=dict)
    others: Sequence[str] = ()


def deviations(
    registration: Registration,
    carried: Carried,
    found: Verification,
    warehouse: Warehouse,
    rules: Rules,
    catalogue: Catalogue,
) -> list[dict[str, Any]]:
    """Everything that departed, as codes with what is said of each."""
    return [
        *_of_dates(registration, carried),
        *_of_steps(registration, carried),
        *({"code": "comparison_touched", "count": n} for kind, n in found.left_out.items() if kind == "touched" and n),
        *_of_definitions(registration.document, catalogue),
        *_of_settings(registration.document, rules),
        *_of_past(registration, warehouse, rules, catalogue),
        *({"code": "other_plan", "plan": other} for other in carried.others),
    ]


def _of_dates(registration: Registration, carried: Carried) -> Iterator[dict[str, Any]]:
    planned = registration.draft.start
    if carried.started_on is None:
        yield {"code": "not_started"}
    elif carried.started_on != planned:
        yield {"code": "started", "day": str(carried.started_on), "planned": str(planned)}


def _of_steps(registration: Registration, carried: Carried) -> Iterator[dict[str, Any]]:
    for number, step in enumerate(registration.draft.steps, start=1):
        done = carried.steps_done.get(number)
        if done is None:
            yield {"code": "step_not_done", "number": number, "what": step.what}
        elif step.due and done > step.due:
            told = {"number": number, "what": step.what, "day": str(done), "due": str(step.due)}
            yield {"code": "step_late", **told}


def _of_definitions(document: Plain, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for id, sealed in document["definitions"].items():
        kpi = catalogue.find(id)
        if kpi is None or definition(kpi) != sealed:
            yield {"code": "definition", "kpi": id}


def _of_settings(document: Plain, rules: Rules) -> Iterator[dict[str, Any]]:
    now = json.loads(json.dumps(rules.as_json(), default=str))
    changed = [name for name, value in now.items() if document["rules"].get(name) != value]
    if changed:
        yield {"code": "settings", "names": changed}


def _of_past(
    registration: Registration, warehouse: Warehouse, rules: Rules, catalogue: Catalogue
) -> Iterator[dict[str, Any]]:
    """Whether the numbers of the time before are those that were known at the registration."""
    then, design = registration.document["known_before"], registration.design
    kpi = catalogue.find(design.kpi)
    if then is None or kpi is None:
        return
    window = Period(date.fromisoformat(then["start"]), date.fromisoformat(then["end"]))
    now = value_in(warehouse, rules, design, kpi, window)["value"]
    if now == then["value"] or (now is not None and then["value"] is not None and _is_same(now, then["value"])):
        return
    yield {"code": "past", "kpi": kpi.id, "then": then["value"], "now": now}


def _is_same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)
