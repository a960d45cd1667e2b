"""Verified plans in the ledger of the CRM: a source of the workspace that crmeter writes and the next load reads.

The file follows from the store alone and is written anew each time, so whoever is killed in between loses nothing.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmeter.app.indicators.writing import write_whole
from crmeter.app.settings import Workspace, open_workspace
from crmeter.app.settings.writing import files_section

if TYPE_CHECKING:
    from crmeter.warehouse.duck import Warehouse

SOURCE = "verified_plans"
FILE = Path("plans") / f"{SOURCE}.csv"


def write_ledger(workspace: Workspace) -> Workspace:
    """Write the entries of verified plans where there are any; the workspace, with its source for them.

    A plan whose verification the company's own ledger names already is left to that: nothing is counted twice.
    """
    verified, path = _verified(workspace), workspace.root / FILE
    if not verified and not path.exists():
        return workspace
    from crmeter.improvement import ledger
    from crmeter.kpis import FAMILY_OF

    rows = ledger.entries(verified, FAMILY_OF, _known(workspace))
    if not rows and not path.exists():
        return workspace
    wanted = ledger.as_csv(rows)
    if written(workspace) != wanted:
        write_whole(path, wanted.decode("utf-8"))
    mapping = workspace.mappings / SOURCE / "investment.sql"
    if not mapping.exists():
        write_whole(mapping, ledger.mapping(SOURCE))
    if all(source.name != SOURCE for source in workspace.sources):
        text = workspace.toml.read_bytes().decode("utf-8-sig")
        if SOURCE not in tomllib.loads(text).get("sources", {}):  # the workspace may have been opened before
            section = files_section(SOURCE, FILE.as_posix())
            write_whole(workspace.toml, f"{text.rstrip()}\n\n{section}")
        return open_workspace(workspace.root)
    return workspace


def written(workspace: Workspace) -> bytes | None:
    """The file as it is now; None where there is none."""
    try:
        return (workspace.root / FILE).read_bytes()
    except FileNotFoundError:
        return None


def _verified(workspace: Workspace) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Registration and latest verification of each plan that has one; none where no store was made yet."""
    if not Path(workspace.store_url.removeprefix("sqlite:///")).exists():
        return []
    from crmeter.store.plans import PlanStore

    plans = PlanStore(workspace.store_url).list()
    return [(dict(p.registration), dict(p.verifications[-1])) for p in plans if p.registration and p.verifications]


def _known(workspace: Workspace) -> set[str]:
    """The verifications that other sources of the ledger name."""
    from crmeter.warehouse.duck import reading

    if not workspace.warehouse.exists():
        return set()
    with reading(workspace.warehouse) as warehouse:
        return named_elsewhere(warehouse)


def named_elsewhere(warehouse: Warehouse) -> set[str]:
    """The verifications that entries name which were not written here."""
    from crmeter.improvement.ledger import entry_of

    rows = warehouse.tables["investment"]
    found = warehouse.rows(rows.filter(rows.verification_id.notnull()).select("entry_id", "verification_id"))
    return {id for entry, id in found if entry != entry_of(id)}
