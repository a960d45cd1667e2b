"""Findings as they stand in the document: evidence, size in money, certainty, drivers, likely root, and why each is
there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.evaluation.explaining import Explained
from crmeter.evaluation.findings import Finding
from crmeter.evaluation.money import money_of
from crmeter.evaluation.roots import UNKNOWN
from crmeter.metrics import Status

Plain = Mapping[str, Any]
SURE = ((0.001, "very_sure"), (0.01, "sure"), (0.05, "fairly_sure"))  # q from which on a finding is called so


def told(finding: Finding, why: Explained | None, root: Plain | None, looked_at: int) -> dict[str, Any]:
    """A strength, weakness or change. Its size in money follows when all values are known: see :func:`priced`."""
    c = finding.comparison
    change = c.change or 0.0
    return {
        "kind": finding.kind,
        "rank": finding.rank,
        "kpi": c.kpi.id,
        "comparison": c.to,
        "change": c.change,
        "low": c.low,
        "high": c.high,
        "p": c.p,
        "score": finding.score,
        "also": [{"kpi": kpi, "comparison": to} for kpi, to in finding.also],
        "segments": [s.as_json(change) for s in why.segments] if why else [],
        "evidence": {
            "now": c.now.value,
            "before": c.base.value if c.base else None,
            "n_now": c.now.n,
            "n_before": c.base.n if c.base else None,
            "q": c.q,
        },
        "certainty": {
            "level": next((level for most, level in SURE if c.q is not None and c.q <= most), "fairly_sure"),
            "p": c.p,
            "q": c.q,
            "sample": str(c.now.status),
        },
        "drivers": {
            "looked_for": why is not None,
            "factors": list(why.factors) if why else [],
            "mix": why.mix if why else None,
            "dimensions": list(why.names) if why else [],
        },
        "root": root or {"kind": UNKNOWN, "tests": []},
        "why": {"code": "beyond_noise", "p": c.p, "q": c.q, "looked_at": looked_at, "least": finding.score},
    }


def of_risk(risk: Plain, currency: str) -> dict[str, Any]:
    """A risk in the form of a finding: it has figures of its own in place of a change."""
    amount = risk["amount"]
    figures = risk["figures"]
    reason = None if amount is not None else "not_happened"
    return {
        "kind": "risk",
        "rank": risk["rank"],
        "risk": risk["risk"],
        "kpi": risk["kpi"],
        "comparison": None,
        "change": None,
        "low": None,
        "high": None,
        "p": risk["p"],
        "score": 0.0,
        "also": [],
        "segments": [],
        "evidence": figures,
        "certainty": {"level": risk["certainty"], "p": risk["p"], "q": figures.get("q"), "sample": str(Status.OK)},
        "money": {"amount": amount, "low": None, "high": None, "currency": currency if amount is not None else None,
                  "times": [], "per": risk["per"], "reason": reason},
        "drivers": {"looked_for": False, "factors": [], "mix": None, "dimensions": []},
        "root": {"kind": "data" if risk["risk"] == "data_of_input" else UNKNOWN, "tests": []},
        "why": {"code": risk["risk"]},
    }  # fmt: skip


def priced(findings: Sequence[Plain], kpis: Sequence[Plain], currency: str) -> list[dict[str, Any]]:
    """Findings with their size in money, and their places among those of their kind."""
    by_id = {each["kpi"]: each for each in kpis}
    many: dict[str, int] = {}
    for finding in findings:
        many[finding["kind"]] = many.get(finding["kind"], 0) + 1
    made = []
    for finding in findings:
        money = finding.get("money") or money_of(by_id[finding["kpi"]], finding["comparison"], by_id, currency)
        why = {**finding["why"], "rank": finding["rank"], "of": many[finding["kind"]]}
        made.append({**finding, "money": money, "why": why})
    return made
