"""A workspace made from files of a public data set and mappings written for it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmeter.app.ingesting import LoadReport, ingest
from crmeter.app.measuring import measure
from crmeter.app.settings import Workspace, open_workspace


def workspace(
    root: Path, files: list[Path], mappings: Mapping[str, str], settings: str, source: str = ""
) -> tuple[Workspace, LoadReport]:
    """Copy, map and load; ``settings`` are the lines of [workspace], ``source`` those of the source."""
    exports, where = root / "exports", root / "mappings" / "given"
    exports.mkdir(parents=True)
    where.mkdir(parents=True)
    for file in files:
        shutil.copy(file, exports / file.name)
    for table, select in mappings.items():
        (where / f"{table}.sql").write_text(select, "utf-8")
    toml = f'[workspace]\nname = "given"\n{settings}\n[sources.given]\nkind = "files"\npath = "exports/*"\n{source}\n'
    (root / "crmeter.toml").write_text(toml, "utf-8")
    opened = open_workspace(root)
    return opened, ingest(opened)


def one(opened: Workspace, kpi: str, **asked: Any) -> dict[str, Any]:
    """The single value of a KPI."""
    [value] = measure(opened, [kpi], **asked)
    return value


def by(opened: Workspace, kpi: str, dimension: str, **asked: Any) -> dict[str | None, dict[str, Any]]:
    """The values of a KPI by one dimension."""
    return {value["by"][dimension]: value for value in measure(opened, [kpi], by=[dimension], **asked)}
