"""Drafts: what a plan says before it is registered, complete or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from crmeter.kernel.messages import language

Plain = Mapping[str, Any]


class Kind(StrEnum):
    """What a plan changes."""

    MARKETING_STRATEGY = "marketing_strategy"
    SERVICE_PROCESS = "service_process"
    SALES_PROCESS = "sales_process"
    CRM_SETTING = "crm_setting"


_OF_ADVICE = {
    "marketing": Kind.MARKETING_STRATEGY,
    "service": Kind.SERVICE_PROCESS,
    "sales_process": Kind.SALES_PROCESS,
    "crm_setting": Kind.CRM_SETTING,
}
ADVICE_KIND = {kind: name for name, kind in _OF_ADVICE.items()}  # what advice calls it


class Enrolled(StrEnum):
    """Which customers a plan is for: those there are when it starts, or those who come while it runs."""

    PRESENT = "present"
    NEW = "new"


@dataclass(frozen=True)
class Step:
    """What is done, by whom, until when."""

    what: str = ""
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Group:
    """Whom a plan is for. ``by`` is an attribute whose values in ``target`` are treated and those in ``comparison`` are
    not (none: all others); ``where`` are filters that hold of both."""

    by: str | None = None
    target: tuple[str, ...] = ()
    comparison: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    campaign: str | None = None
    enrolled: Enrolled = Enrolled.PRESENT


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a plan says. Empty texts and None are not said yet.

    ``start`` is its first day, ``end`` the day after its last. What it wants is a ``goal`` (its id), or a ``target`` of
    a ``kpi``. ``expected`` is the change it hopes for in the KPI's own unit (of a sum: for each customer, or each group
    and month), with its sign; ``least`` (> 0) the smallest change that is worth the effort. ``split`` says whether lots
    may decide who is treated, ``share`` how many of them then are.
    """

    title: str = ""
    problem: str = ""
    cause: str = ""
    kind: Kind | None = None
    owner: str = ""
    start: date | None = None
    end: date | None = None
    goal: str | None = None
    kpi: str | None = None
    target: float | None = None
    expected: float | None = None
    least: float | None = None
    cost: float | None = None
    guards: tuple[str, ...] = ()
    group: Group = Group()
    split: bool = True
    share: float = 0.5
    method: str | None = None
    grain: str | None = None
    steps: tuple[Step, ...] = ()
    evaluation: str | None = None
    finding: Plain | None = field(default=None)
    advice: str | None = None


def from_finding(finding: Plain, *, evaluation: str | None = None, problem: str = "") -> Draft:
    """A draft about a finding of an evaluation; ``problem`` is the finding in words."""
    root = (finding.get("root") or {}).get("kind")
    by, target = _segment([s for s in finding.get("segments") or [] if s.get("beyond_noise", True)][:1])
    return Draft(
        problem=problem,
        kind=_OF_ADVICE.get(str(root)),
        kpi=finding.get("kpi"),
        group=Group(by=by, target=target) if by else Group(),
        evaluation=evaluation,
        finding={key: finding.get(key) for key in ("kind", "kpi", "comparison", "rank")},
    )


def from_advice(advice: Plain, finding: Plain, *, evaluation: str | None = None, problem: str = "") -> Draft:
    """A draft that does what an advice says about its finding."""
    base = from_finding(finding, evaluation=evaluation, problem=problem)
    do = advice.get("do") or {}
    what = str(do.get(language()) or do.get("en") or "")
    expected = advice.get("expected") or {}
    by, target = _segment(list(advice.get("segments") or [])[:1])
    found = {name: value for name, value in base.__dict__.items() if value is not None}
    found |= {
        "title": what,
        "kind": _OF_ADVICE.get(str(advice.get("kind"))) or base.kind,
        "kpi": advice.get("kpi") or base.kpi,
        "expected": expected.get("change"),
        "group": Group(by=by, target=target) if by else base.group,
        "steps": (Step(what=what),) if what else (),
        "advice": advice.get("id"),
    }
    return Draft(**found)


def _segment(segments: Sequence[Plain]) -> tuple[str | None, tuple[str, ...]]:
    """The one attribute by which segments are told apart, and its values; nothing where they are told by several."""
    names = {tuple(each["by"]) for each in segments if each.get("by")}
    if len(names) != 1 or len(first := names.pop()) != 1:
        return None, ()
    (name,) = first
    return name, tuple(dict.fromkeys(str(each["by"][name]) for each in segments if each["by"][name] is not None))
