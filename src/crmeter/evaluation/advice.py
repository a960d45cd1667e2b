"""Advice: what to do about findings, from the cards of the catalogue and from plans that worked here before.

An expectation is told only where it was measured here: the interval of a verified plan. What a card advises comes with
no expectation, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import LANGUAGES, speaking, t
from crmeter.kpis.catalogue import Catalogue
from crmeter.kpis.texts import Action

Plain = Mapping[str, Any]
MOST = 3  # pieces of advice for one finding
TOP = 8  # weaknesses that are advised on
IMPROVED = "improved"
_OF_ROOT = {
    "service": ("service",),
    "marketing": ("marketing", "sales_process"),
    "crm_setting": ("crm_setting",),
    "data": ("crm_setting",),
}
_ADVISED_RISKS = ("worsening_trend", "alert_running", "goal_at_risk")


def advice(
    findings: Sequence[Plain], kpis: Sequence[Plain], plans: Sequence[Plain], catalogue: Catalogue
) -> list[dict[str, Any]]:
    """What to do about the weaknesses and risks, in their order; what worked here before comes first."""
    by_id = {told["kpi"]: told for told in kpis}
    made: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for finding in _advised(findings):
        told = by_id.get(finding["kpi"])
        if told is None:
            continue
        given = 0
        for each in _for_one(finding, told, plans, catalogue):
            key = (each["kpi"], each["do"]["en"])
            if key in seen or given == MOST:
                continue
            seen.add(key)
            given += 1
            made.append({"id": f"A{len(made) + 1}", **each})
    return made


def _advised(findings: Sequence[Plain]) -> list[Plain]:
    weak = [f for f in findings if f["kind"] == "weakness"][:TOP]
    return weak + [f for f in findings if f["kind"] == "risk" and f["risk"] in _ADVISED_RISKS]


def _for_one(finding: Plain, told: Plain, plans: Sequence[Plain], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    about = {name: finding[name] for name in ("kind", "kpi", "comparison", "rank")}
    where = [{"by": dict(s["by"])} for s in finding["segments"] if s["beyond_noise"]]
    base = {"finding": about, "kpi": told["kpi"], "segments": where}
    own = [plan for plan in plans if plan.get("kpi") == told["kpi"] and plan.get("verdict")]
    for plan in own:
        if plan["verdict"] == IMPROVED:
            yield {**base, "kind": plan["kind"], "do": _again(plan), "source": f"verified_plan:{plan['id']}",
                   "expected": _expected(plan), "tried": []}  # fmt: skip
    for place, kind in _actions(finding, told, catalogue):
        tried = [{"plan": p["id"], "verdict": p["verdict"]} for p in own if p["kind"] == kind]
        yield {**base, "kind": kind, "do": _said(told["kpi"], place, catalogue), "source": "catalogue",
               "expected": None, "tried": tried}  # fmt: skip


def _again(plan: Plain) -> dict[str, str]:
    """To do again what a plan did, in every language."""
    said = {}
    for lang in LANGUAGES:
        with speaking(lang):
            did = (plan.get("learning") or {}).get("do") or [plan.get("title") or plan["id"]]
            said[lang] = t("Do again what plan {id} did, which was verified as improved: {steps}.", id=plan["id"],
                           steps=t("; ").join(did))  # fmt: skip
    return said


def _expected(plan: Plain) -> dict[str, Any] | None:
    """What the plan changed, with its interval: where the expectation comes from."""
    if plan.get("effect") is None:
        return None
    return {"change": plan["effect"], "low": plan.get("low"), "high": plan.get("high"),
            "from": f"verified_plan:{plan['id']}"}  # fmt: skip


def _actions(finding: Plain, told: Plain, catalogue: Catalogue) -> list[tuple[int, str]]:
    """Place and kind of the card's actions that fit: those of the likely root first, then those of what it does."""
    actions = catalogue.card(told["kpi"], "en").actions
    wanted = list(states(finding, told))
    roots = _OF_ROOT.get(finding["root"]["kind"], ())
    fitting = [(i, a) for i, a in enumerate(actions) if a.when in wanted]

    def order(each: tuple[int, Action]) -> tuple[bool, int, int]:
        place, action = each
        return str(action.kind) not in roots, wanted.index(str(action.when)), place

    return [(place, str(action.kind)) for place, action in sorted(fitting, key=order)]


def states(finding: Plain, told: Plain) -> tuple[str, str]:
    """What the KPI does, and what it then is: rising and high, or falling and low. Against a target the level counts
    first, against an earlier period the movement."""
    change = finding.get("change")
    upwards = change > 0 if change else told["better"] == "down"  # a risk goes the wrong way
    moves, level = ("rising", "high") if upwards else ("falling", "low")
    return (level, moves) if finding["comparison"] == "target" else (moves, level)


def _said(kpi: str, place: int, catalogue: Catalogue) -> dict[str, str]:
    """An action in every language: cards have the same ones in the same order."""
    return {lang: catalogue.card(kpi, lang).actions[place].do for lang in LANGUAGES}
