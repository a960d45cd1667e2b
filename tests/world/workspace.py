"""The designed company as a workspace of export files, loaded the way a user loads one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from tests.world.rows import CURRENCY, FOLDER, INACTIVITY_DAYS, TIMEZONE, read

SETTINGS = f"""[workspace]
name = "Designed company"
currency = "{CURRENCY}"
timezone = "{TIMEZONE}"
inactivity_days = {INACTIVITY_DAYS}

[calendar]
country = "TW"
hours = "09:00-18:00"
lunch = "12:00-13:00"
spring_festival = false

[sources.company]
kind = "files"
path = "exports/*.csv"
"""


def made(root: Path, tables: Path = FOLDER) -> Workspace:
    """Write the workspace into ``root`` and load it: the files of ``tables``, mapped column by column."""
    (root / "crmeter.toml").write_text(SETTINGS, "utf-8")
    (root / "exports").mkdir()
    (root / "mappings" / "company").mkdir(parents=True)
    for path in tables.glob("*.csv"):
        shutil.copy(path, root / "exports")
        mapping = root / "mappings" / "company" / path.name
        mapping.with_suffix(".sql").write_text(select(path.stem, read(path.stem)[0]), "utf-8")
    workspace = open_workspace(root, {})
    ingest(workspace)
    return workspace


def select(table: str, columns: Iterable[str]) -> str:
    """The mapping of one file: every column but the one that names the trap."""
    named = ", ".join(f'"{column}"' for column in columns)
    return f'SELECT {named} FROM "{table}"\n'
