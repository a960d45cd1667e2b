"""Loading: what the sources of a workspace deliver becomes what is believed."""

from __future__ import annotations

from collections.abc import Sequence

from crmeter.app.settings import Workspace
from crmeter.app.sources import configured
from crmeter.ingest.landing import Progress
from crmeter.ingest.report import LoadReport
from crmeter.ingest.run import ingest as load
from crmeter.ingest.run import silent


def ingest(workspace: Workspace, names: Sequence[str] = (), progress: Progress = silent) -> LoadReport:
    """Load the sources ``names``, all if none is given, and publish the load; UserError with all that is wrong."""
    return load(workspace.root, workspace.warehouse, workspace.rules, configured(workspace), names, progress)


__all__ = ["LoadReport", "ingest", "silent"]
