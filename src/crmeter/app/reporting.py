"""Reports of sealed evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.app.evaluating import evaluation
from crmeter.app.settings import Workspace
from crmeter.evaluation.seal import check_seal
from crmeter.kernel.era import counting_years
from crmeter.kernel.messages import language, t
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.reports import judgements
from crmeter.reports.audiences import AUDIENCES
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import FORMATS, TEXTS, render
from crmeter.reports.sentences import movement

__all__ = ["AUDIENCES", "FORMATS", "TEXTS", "headlines", "report"]


def report(workspace: Workspace, id: str, format: str, audience: str | None = None) -> bytes:
    """A report in the language of the moment, for one of AUDIENCES or, with None, with everything in it.

    Texts are UTF-8. Raises UserError where the evaluation is not as it was sealed, and where there is no such format
    or audience.
    """
    document = evaluation(workspace, id)
    check_seal(document)
    with counting_years(workspace.era):
        return render(document, format, language(), workspace.catalogue.cards(language()), audience)


def headlines(document: Mapping[str, Any], catalogue: Catalogue = BUILT_IN) -> dict[str, list[str]]:
    """The weaknesses, strengths and risks of an evaluation as sentences, in their order."""
    read = Reading(document, catalogue.cards(language()))
    risks = {t("Risks"): [judgements.risk(read, found) for found in read.risks]}
    moved = {
        heading: [
            movement(read.by_id[f["kpi"]], f["comparison"], read.base_words(f["comparison"]))
            for f in read.findings(kind)
        ]
        for heading, kind in ((t("Weaknesses"), "weakness"), (t("Strengths"), "strength"))
    }
    return {**moved, **risks}
