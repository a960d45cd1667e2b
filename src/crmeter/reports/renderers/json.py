"""The evaluation as it is, with the texts of its KPIs in one language beside it."""

from __future__ import annotations

import json
from typing import Any

from crmeter.reports.reading import Reading

_BY_KPI = ("kpis", "findings")


def render(reading: Reading, lang: str) -> str:
    """The document unchanged, plus ``texts``: without that key it is what was sealed.

    For an audience, its KPIs and findings alone, and ``audience`` says so: the checksum is that of the whole.
    """
    texts = {
        line.kpi: {
            "name": line.card.name,
            "question": line.card.question,
            "formula": line.card.formula,
            "shows": line.card.shows,
            "reading": line.card.reading,
            "caution": line.card.caution,
            "actions": [
                {"when": str(when), "kind": str(action.kind), "do": action.do}
                for when, actions in line.card.actions_when().items()
                for action in actions
            ],
        }
        for line in reading.lines
    }
    whole = {**reading.document, **_cut(reading), "texts": {"lang": lang, "kpis": texts}}
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _cut(reading: Reading) -> dict[str, Any]:
    if reading.audience is None:
        return {}
    kept = {key: [each for each in reading.document[key] if each.get("kpi") in reading.by_id] for key in _BY_KPI}
    return {**kept, "audience": reading.audience.title()}
