"""Erasing a customer from a workspace, and naming what crmeter does not touch."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from crmeter.app import snapshots
from crmeter.app.folder import MANIFEST
from crmeter.app.settings import Workspace
from crmeter.store.evaluations import EvaluationStore
from crmeter.warehouse import erasure
from crmeter.warehouse.erasure import Erasure

REPORTS = "reports"  # where the demo, and whoever follows it, puts them


def plan(workspace: Workspace, customer: str) -> dict[str, Any]:
    """What erasing a customer would touch, as :func:`erase` tells it; nothing is changed."""
    return _told(workspace, erasure.plan(workspace.warehouse, customer))


def erase(workspace: Workspace, customer: str, reason: str = "") -> dict[str, Any]:
    """Erase a customer and those merged with it from the warehouse: see :func:`crmeter.warehouse.erasure.erase`.

    Plain values: ``customers`` (the one asked for first) with their ``pseudonyms``, ``erased_before`` (when, where
    there was nothing left to do), ``rows`` by table, ``raw`` rows by source and table, ``refused`` values of
    quarantine, and what still holds the person and is not touched: ``sources`` (files and tables that the rows came
    from), ``mentions`` (table.column → rows of others), ``files`` of the workspace, ``evaluations`` that are sealed.
    """
    # a group may be called after the person: no snapshot of before may stay, even where this process is killed
    had_snapshot = snapshots.remove(workspace)
    try:
        return _told(workspace, erasure.erase(workspace.warehouse, customer, reason))
    finally:
        snapshots.renew(workspace, always=had_snapshot)  # also one that somebody made meanwhile


def _told(workspace: Workspace, found: Erasure) -> dict[str, Any]:
    texts = {*found.texts.within, *(each.lower() for each in found.customers if _is_telling(each))}
    if found.before:
        texts = set()
    holding = [*_files(workspace, texts, found.files)]
    return {
        "customers": list(found.customers),
        "pseudonyms": list(found.pseudonyms),
        "erased_before": found.before,
        "rows": dict(found.rows),
        "raw": dict(found.raw),
        "refused": found.refused,
        "sources": list(found.files),
        "mentions": dict(found.mentions),
        "files": holding,
        "evaluations": [*_evaluations(workspace, texts)] if texts else [],
    }


def _is_telling(customer: str) -> bool:
    """Whether an id is found by its letters: a bare number stands in any file for anything."""
    return len(customer) >= 4 and not customer.isdecimal()


def _files(workspace: Workspace, texts: Collection[str], sources: Collection[str]) -> Iterator[str]:
    """Files of the workspace that hold one of the texts, and reports and publications, which may. Sources are left out,
    which are named already."""
    root, data = workspace.root, workspace.warehouse.parent
    published = {path.parent for path in root.rglob(MANIFEST) if _is_published(path)}
    holds = _search(texts)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or not path.is_file() or path.is_symlink() or data in path.parents:
            continue
        shown = name.as_posix()
        if any(shown == source or source.startswith(f"{shown}/") for source in sources):
            continue
        if name.parts[0] == REPORTS or path.parent in published or holds(path):
            yield shown


def _search(texts: Collection[str]) -> Callable[[Path], bool]:
    """Whether a file holds one of the texts, in UTF-8 and as they stand."""
    if not texts:
        return lambda path: False
    pattern = re.compile(b"|".join(re.escape(text.encode()) for text in texts), re.IGNORECASE)

    def holds(path: Path) -> bool:
        try:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return pattern.search(content) is not None
        except (OSError, ValueError):  # not to be read, or empty
            return False

    return holds


def _is_published(manifest: Path) -> bool:
    try:
        told = json.loads(manifest.read_text("utf-8"))
        return isinstance(told, dict) and "made_at" in told and "files" in told
    except (OSError, ValueError):
        return False


def _evaluations(workspace: Workspace, texts: Collection[str]) -> Iterator[str]:
    """Sealed evaluations whose scope or groups name the person; they are never changed."""
    if not Path(workspace.store_url.removeprefix("sqlite:///")).is_file():
        return
    store = EvaluationStore(workspace.store_url)
    for each in store.list():
        told = json.dumps(store.get(each.id), ensure_ascii=False).lower()
        if any(text in told for text in texts):
            yield each.id
