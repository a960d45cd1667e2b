"""Processes that go a plan's way and are killed on it, one after the other: python -m tests.app.killed_plans DIR

Each is a child of this one, so that what takes long to import is imported once, and dies of SIGKILL at another place.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmeter.app import plans, verified_plans
from crmeter.app.ingesting import ingest
from crmeter.app.plans import files, judging
from crmeter.app.settings import open_workspace
from crmeter.kernel.errors import UserError
from crmeter.store import plans as store
from tests.app.company_of_plans import AFTER, BEFORE, PLAN, START, Company, at, treated_by

KILLS = (
    (files, "write"),  # the draft is kept, its file is not written yet
    (store, "_note"),  # inside the transaction of the registration: nothing of it is committed yet
    (judging, "write_ledger"),  # the verdict is kept, the ledger does not know of it yet
    (verified_plans, "open_workspace"),  # the source stands in crmeter.toml, nobody has loaded it yet
)


def go_on(root: Path) -> None:
    """Do the next thing, from wherever the plan stands."""
    workspace = open_workspace(root)
    if not store.PlanStore(workspace.store_url).list():
        plans.new(workspace, PLAN, who="Lin", now=at(BEFORE))
    if plans.show(workspace, "P1")["state"] == "draft":
        plans.register(workspace, "P1", who="Lin", now=at(BEFORE))
    if plans.show(workspace, "P1")["state"] == "registered":
        late = START + timedelta(days=1)
        plans.start(workspace, "P1", on=late, who="Lin", now=at(late))
        with pytest.raises(UserError, match="the data reach to 2024-02"):
            plans.verify(workspace, "P1", now=at(AFTER))
    Company(root, treated_by(workspace)).export(AFTER)
    ingest(workspace)
    plans.verify(open_workspace(root), "P1", who="Hu", now=at(AFTER))


def dying(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def child(root: Path, owner: Any, name: str) -> int:
    """How a process ended that dies where it calls a function."""
    number = os.fork()
    if number == 0:
        setattr(owner, name, dying)
        try:
            go_on(root)
        finally:
            os._exit(1)  # it was to be killed before
    return os.waitpid(number, 0)[1]


def main(root: Path) -> None:
    company = Company(root)
    workspace = company.found()
    company.export(BEFORE)
    ingest(workspace)
    for owner, name in KILLS:
        ended = child(root, owner, name)
        assert os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL, (name, ended)
        print("killed:", store.PlanStore(workspace.store_url).get("P1").state, flush=True)  # noqa: T201
    go_on(root)
    print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
