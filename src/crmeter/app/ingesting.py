"""Loading: what the sources of a workspace deliver becomes what is believed."""

from __future__ import annotations

from collections.abc import Sequence

from crmeter.app import snapshots, verified_plans
from crmeter.app.server import build
from crmeter.app.settings import Workspace
from crmeter.app.sources import configured
from crmeter.ingest.landing import Progress
from crmeter.ingest.report import LoadReport
from crmeter.ingest.run import ingest as load
from crmeter.ingest.run import silent
from crmeter.snapshots.identity import of_program


def ingest(workspace: Workspace, names: Sequence[str] = (), progress: Progress = silent) -> LoadReport:
    """Load the sources ``names``, all if none is given, and publish the load; UserError with all that is wrong.

    What verified plans brought is among them. Where the company's own ledger names one of those with this load, it is
    taken out again: nothing is counted twice. Where there is a snapshot for faces, it is made anew.
    """
    if workspace.server:
        return build(workspace, names, progress)
    of_program()  # as it was when this began: another may be installed while it loads
    workspace = verified_plans.write_ledger(workspace)
    report = load(workspace.root, workspace.warehouse, workspace.rules, configured(workspace), names, progress)
    before = verified_plans.written(workspace)
    verified_plans.write_ledger(workspace)
    if verified_plans.written(workspace) != before:
        own = [verified_plans.SOURCE]
        load(workspace.root, workspace.warehouse, workspace.rules, configured(workspace), own, progress)
    snapshots.renew(workspace, progress)
    return report


__all__ = ["LoadReport", "ingest", "silent"]
