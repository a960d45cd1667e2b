"""Writing crmeter.toml: the first one of a workspace, and what a proposal adds to one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo


def first_settings(name: str, currency: str, timezone: str) -> str:
    """The text of a new crmeter.toml, still without a source."""
    lines = [
        "[workspace]",
        f"name = {quoted(name)}",
        f"currency = {quoted(currency)}",
        f"timezone = {quoted(timezone)}",
        'week_start = "monday"',
        'fiscal_year_start = "01-01"',
        "inactivity_days = 365               # days after a sale until a customer without a contract counts as lost",
        'as_of = "latest"                    # the data horizon: the newest instant seen in the data',
    ]
    return "\n".join(lines) + "\n"


def files_section(source: str, path: str) -> str:
    """``[sources.NAME]`` of export files."""
    return "\n".join([f"[sources.{source}]", 'kind = "files"', f"path = {quoted(path)}"]) + "\n"


def database_section(source: str, path: str) -> str:
    """``[sources.NAME]`` of an SQLite file in the workspace."""
    return "\n".join([f"[sources.{source}]", 'kind = "sql"', f"url = {quoted(f'sqlite:///{quote(path)}')}"]) + "\n"


def tables_section(source: str, tables: Mapping[str, str]) -> str:
    """``[sources.NAME.tables]``: raw tables made of several files."""
    lines = [f"[sources.{source}.tables]", *(f"{key(name)} = {quoted(glob)}" for name, glob in tables.items())]
    return "\n".join(lines) + "\n"


def key(name: str) -> str:
    """A key as TOML writes it: names of other scripts are quoted."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def quoted(text: str) -> str:
    """A string as TOML writes it; JSON's escapes are all valid there."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def zone_of_this_machine() -> str:
    """The IANA name of the local time zone, UTC where it cannot be told."""
    link = Path("/etc/localtime")
    linked = os.path.realpath(link).partition("zoneinfo/")[2] if link.exists() else ""
    for name in (os.environ.get("TZ", "").removeprefix(":"), linked):
        try:
            if name and "/" in name:
                return str(ZoneInfo(name))
        except (OSError, ValueError, KeyError):
            continue
    return "UTC"
