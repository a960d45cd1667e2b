"""From the settings of a source to the connector that reads it."""

from __future__ import annotations

from pathlib import Path

from crmeter.app.settings import SourceSettings, Workspace, reveal
from crmeter.connectors.files import FileSource
from crmeter.connectors.sql import SCHEMES, SqlSource
from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.source import Source
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t


def configured(workspace: Workspace) -> tuple[ConfiguredSource, ...]:
    """Every source of the workspace, ready to land."""
    return tuple(configured_source(workspace.root, settings) for settings in workspace.sources)


def configured_source(root: Path, settings: SourceSettings) -> ConfiguredSource:
    """One source of the workspace in ``root``, ready to land. UserError where its secret is not to be found."""
    source = _database(root, settings) if settings.kind == "sql" else _files(root, settings)
    return ConfiguredSource(
        source, settings.timezone, settings.date_format, settings.decimal_mark, dict(settings.formats)
    )


def _files(root: Path, settings: SourceSettings) -> Source:
    return FileSource(
        settings.name, root, settings.path or (), dict(settings.tables), settings.encoding, settings.delimiter
    )


def _database(root: Path, settings: SourceSettings) -> Source:
    setting = settings.url or ""
    url = reveal(setting, root, f"[sources.{settings.name}] url")
    if not url.startswith(SCHEMES):
        raise UserError.of(
            t("{place}: {setting} holds no address that starts with {scheme}.",
              place=f"[sources.{settings.name}] url", setting=setting, scheme=" | ".join(SCHEMES)),
        )  # fmt: skip
    return SqlSource(settings.name, root, url, settings.schema, dict(settings.tables))
