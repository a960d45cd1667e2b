"""An evaluation: a period of a target group, compared, judged and sealed in four steps. The result is plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from crmeter import __version__
from crmeter.evaluation import benchmarks, season, telling
from crmeter.evaluation.advice import advice
from crmeter.evaluation.collected import collected
from crmeter.evaluation.explaining import explain
from crmeter.evaluation.goals import Goal, state
from crmeter.evaluation.health import health
from crmeter.evaluation.judging import dates, judge, tests
from crmeter.evaluation.judging import told as told_of
from crmeter.evaluation.risks import headlines, risks
from crmeter.evaluation.roots import roots
from crmeter.evaluation.scope import Scope
from crmeter.evaluation.seal import data_digest, digest, sealed
from crmeter.evaluation.stages import stages
from crmeter.evaluation.steps import ANALYSIS, DATA, GOALS, REPORT, Steps, instant
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi
from crmeter.metrics.definitions import definition
from crmeter.metrics.dimensions import resolve, splits
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

__all__ = ["SCHEMA", "Inputs", "Scope", "evaluate"]

SCHEMA = 2  # 1: without steps, risks, money, roots, advice, benchmarks, goals, plans, health and stages


class Inputs:
    """What the steps of an evaluation start from, as checksums. Equal inputs make an equal evaluation."""

    def __init__(self, warehouse: Warehouse, rules: Rules, scope: Scope, kpis: Sequence[Kpi] = CATALOGUE) -> None:
        self.warehouse, self.rules, self.scope = warehouse, rules, scope
        whole = [kpi for kpi in kpis if not kpi.always_by]  # an evaluation judges one value of each KPI
        names = [each.name for each in scope.filters]
        self.kpis = [kpi for kpi in whole if all(splits(name, kpi, warehouse.tables) for name in names)]
        self.left_out = [kpi.id for kpi in whole if kpi not in self.kpis]  # which know nothing of the scope
        if not self.kpis:
            for name in names:  # says what is wrong with it
                resolve(name, whole[0], warehouse.tables)

    def of(self, step: str) -> Mapping[str, Any]:
        """The inputs of a step; of the last one nothing stands before the findings are there."""
        return {GOALS: self.goals, DATA: self.data, ANALYSIS: self.analysis}.get(step, {})

    @cached_property
    def goals(self) -> dict[str, str]:
        """Of what is wanted: goals, targets, benchmarks, the indicator system, and whom it is about."""
        scope = self.scope
        return {
            "goals": digest([goal.as_json() for goal in scope.goals]),
            "targets": digest(dict(scope.targets)),
            "benchmarks": digest([each.as_json() for each in scope.benchmarks]),
            "scope": digest([*map(str, scope.filters), *sorted(scope.dimensions), repr(scope.indicators)]),
        }

    @cached_property
    def data(self) -> dict[str, Any]:
        """The load, and every row of it."""
        return {"load": self.warehouse.load.number, "data": data_digest(self.warehouse)}

    @cached_property
    def analysis(self) -> dict[str, str]:
        """Definitions and settings, and what else the judgement takes up."""
        scope = self.scope
        beside = {
            "plans": [dict(plan) for plan in scope.plans],
            "alerts": [dict(alert) for alert in scope.alerts],
            "events": [event.as_json() for event in scope.events],
            "reported": sorted([*key, *value] for key, value in scope.reported.items()),
            "version": __version__,
        }
        return {
            "definitions": digest({kpi.id: definition(kpi) for kpi in self.kpis}),
            "settings": digest({"rules": self.rules.as_json(), "targets": dict(scope.targets), "scope": self.filters}),
            "beside": digest(beside),
        }

    @property
    def filters(self) -> list[str]:
        """Whom it is about, as written."""
        return [str(f) for f in self.scope.filters]


def evaluate(
    warehouse: Warehouse, rules: Rules, scope: Scope, *, name: str, id: str, kpis: Sequence[Kpi] = CATALOGUE,
    inputs: Inputs | None = None, steps: Steps | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Evaluate and seal, in four steps; those that ``steps`` has kept are not done again. UserError where the period
    has not begun in the data."""
    if scope.period.start >= warehouse.load.as_of:
        raise UserError.of(
            t("There are no data of {period} yet.", period=rules.calendar.name(scope.period)),
            t("The data end before {day}.", day=warehouse.load.as_of),
            t("Choose an earlier period, or load newer data."),
        )
    given = inputs or Inputs(warehouse, rules, scope, kpis)
    steps = steps or Steps()
    wanted = steps.take(GOALS, lambda: _goals(given), lambda _: given.goals)
    data = steps.take(DATA, lambda: collected(warehouse), lambda _: given.data)
    analysed = steps.take(ANALYSIS, lambda: _analysed(given, data), lambda _: given.analysis)
    last = steps.take(REPORT, lambda: _reported(given, data, analysed, steps), _judged)
    document = {
        "schema": SCHEMA,
        "id": id,
        "sealed_at": instant(),
        "workspace": {"name": name, "currency": rules.currency, "timezone": rules.timezone, "rules": rules.as_json()},
        **wanted,
        **{key: value for key, value in analysed.items() if key not in ("raw", "risks", "headline")},
        "data": data,
        **last,
        "steps": steps.told(),
    }
    return sealed(
        document,
        definitions={kpi.id: definition(kpi) for kpi in given.kpis},
        data=given.data["data"],
        settings={"rules": rules.as_json(), "targets": dict(scope.targets), "scope": given.filters},
    )


def _goals(given: Inputs) -> dict[str, Any]:
    """What the evaluation is about, and what is wanted."""
    scope = given.scope
    return {
        "trigger": scope.trigger,
        "event": scope.event and scope.event.as_json(),
        "scope": given.filters,
        "wanted": {"goals": [goal.as_json() for goal in scope.goals], "targets": dict(scope.targets)},
    }


def _analysed(given: Inputs, data: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that is measured: values, comparisons, what explains them, how goals stand, and risks."""
    warehouse, rules, scope = given.warehouse, given.rules, given.scope
    judged = judge(warehouse, rules, scope, given.kpis)
    why = explain(warehouse, rules, scope, judged)
    root = roots(warehouse, rules, scope, judged, why, data["checks"])
    goals = [_state(given, goal) for goal in scope.goals]
    looked = tests(judged)
    return {
        **dates(warehouse, rules, scope.period, judged.bases),
        "kpis": [told_of(judged, scope, kpi) for kpi in given.kpis],
        "left_out": given.left_out,
        "goals": goals,
        **season.told(rules.calendar, judged.known, judged.bases, judged.season),
        "tests": looked,
        "raw": [telling.told(f, why.get(id(f)), root.get(id(f)), looked["looked_at"]) for f in judged.findings],
        "risks": risks(warehouse, rules, scope, judged, goals, data["checks"]),
        "headline": [kpi.id for kpi in headlines(scope, judged)],
    }


def _state(given: Inputs, goal: Goal) -> dict[str, Any]:
    """How a goal stands; unknown where its KPI or its scope is not there any more."""
    try:
        return state(given.warehouse, given.rules, goal, given.scope.catalogue).as_json()
    except UserError:
        value = {"value": None, "low": None, "high": None}
        return {"goal": goal.as_json(), "status": "unknown", "target": goal.target, "value": value, "expected": None,
                "progress": None, "reason": "vanished"}  # fmt: skip


def _reported(given: Inputs, data: Mapping[str, Any], analysed: Mapping[str, Any], steps: Steps) -> dict[str, Any]:
    """Findings told, what to do about them, and how the evaluation itself stands."""
    scope, currency, kpis = given.scope, given.rules.currency, analysed["kpis"]
    raw = [*analysed["raw"], *(telling.of_risk(risk, currency) for risk in analysed["risks"])]
    findings = telling.priced(raw, kpis, currency)
    known = {
        "data": data,
        **analysed,
        "findings": findings,
        "advice": advice(findings, kpis, scope.plans, scope.catalogue),
    }
    return {
        "findings": findings,
        "advice": known["advice"],
        "benchmarks": benchmarks.compared(scope.benchmarks, kpis, analysed["period"], currency),
        "plans": [dict(plan) for plan in scope.plans],
        "health": health(scope, data, kpis, analysed["headline"]),
        "stages": stages(scope, known, steps.told()),
    }


def _judged(made: Mapping[str, Any]) -> dict[str, str]:
    """The checksums of what was found and advised."""
    return {"findings": digest(made["findings"]), "advice": digest(made["advice"])}
