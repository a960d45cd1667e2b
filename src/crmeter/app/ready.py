"""The snapshot of a workspace, where there is one that may be used. Light: neither DuckDB nor Ibis is imported."""

from __future__ import annotations

import logging
from pathlib import Path

from crmeter.app.settings import Workspace
from crmeter.kernel.messages import LANGUAGES, t
from crmeter.snapshots.identity import Key, of_file, of_plain, of_program
from crmeter.snapshots.snapshot import Snapshot, place_of

LOG = logging.getLogger("crmeter")


def key_of(workspace: Workspace) -> Key | None:
    """What the numbers of the workspace depend on just now; None where it has no warehouse in a file."""
    if workspace.server:
        return None
    data = of_file(workspace.warehouse)
    if data is None:
        return None
    return {
        "data": data,
        "program": of_program(),
        "rules": of_plain(workspace.rules.as_json()),
        "kpis": _own(workspace),
    }


def _own(workspace: Workspace) -> str:
    """What the workspace composes KPIs of."""
    own = workspace.own_kpis
    if own is None:
        return ""
    names = {id: [cards[lang].name for lang in LANGUAGES] for id, cards in own.own_cards.items()}
    return of_plain([[repr(kpi) for kpi in own.kpis if kpi.id in names], names])


def said(part: str) -> str:
    """What became of a part of the key, in words."""
    return {
        "data": t("the data was loaded again, or a customer was erased"),
        "program": t("crmeter is another version"),
        "rules": t("settings that change numbers have changed"),
        "kpis": t("the KPIs that crmeter.toml composes have changed"),
    }.get(part, part)


class Ready:
    """The snapshot for somebody who asks again and again: one that is put in its place meanwhile is found at the next
    question, and one that is out of date is left at once. It belongs to one thread, and the settings are those that the
    workspace was opened with."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._place: Path | None = None if workspace.server else place_of(workspace.warehouse)
        self._fixed = key_of(workspace) or {}
        self._seen: tuple[int, ...] = ()
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot | None:
        """The snapshot of what is published now; None where there is none that may be used."""
        if self._place is None:
            return None
        seen = _seen(self._place)
        if seen != self._seen:
            self.close()
            self._seen = seen
            self._snapshot = Snapshot.opened(self._place) if seen else None
        data = of_file(self._workspace.warehouse)
        if self._snapshot is None or data is None:
            return None
        differs = self._snapshot.differs({**(self._fixed or key_of(self._workspace) or {}), "data": data})
        if differs:
            LOG.info("%s", t("The snapshot is not used: {why}.", why=", ".join(map(said, differs))))
        return None if differs else self._snapshot

    def close(self) -> None:
        """Let go of the file."""
        if self._snapshot is not None:
            self._snapshot.close()
        self._snapshot = None
        self._seen = ()


def _seen(path: Path) -> tuple[int, ...]:
    """Which file there is; nothing where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns
