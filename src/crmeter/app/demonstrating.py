"""The demo company, end to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmeter.app import snapshots
from crmeter.app.evaluating import evaluate
from crmeter.app.ingesting import LoadReport, ingest, silent
from crmeter.app.reporting import report
from crmeter.app.settings import open_workspace
from crmeter.demo import create
from crmeter.ingest.landing import Progress
from crmeter.kernel.messages import LANGUAGES, speaking, t

FORMATS = ("html", "pdf", "xlsx")  # the others: crmeter report


@dataclass(frozen=True)
class Demonstration:
    """What was made: the load, the evaluation, and the paths of the reports."""

    load: LoadReport
    evaluation: Mapping[str, Any]
    reports: tuple[Path, ...]


def demonstrate(directory: Path, *, seed: int, customers: int, progress: Progress = silent) -> Demonstration:
    """Make the demo company in ``directory``, load it, evaluate its last full quarter, report it.

    The reports stand in ``reports/``, in every language; what faces show is measured already.
    """
    progress(t("Making the demo company"), None)
    create(directory, seed=seed, customers=customers)
    workspace = open_workspace(directory)
    load = ingest(workspace, progress=progress)
    snapshots.make(workspace, progress)
    document = evaluate(workspace, progress=progress)
    written = []
    for lang in LANGUAGES:
        progress(t("Writing the report in {lang}", lang=lang), None)
        for form in FORMATS:
            target = directory / "reports" / f"{document['id']}.{lang}.{form}"
            target.parent.mkdir(parents=True, exist_ok=True)
            with speaking(lang):
                target.write_bytes(report(workspace, document["id"], form))
            written.append(target)
    return Demonstration(load, document, tuple(written))
