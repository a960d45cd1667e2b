"""From the settings of a source to the connector that reads it."""

from __future__ import annotations

from pathlib import Path

from crmeter.app.settings import SourceSettings, Workspace
from crmeter.connectors.files import FileSource
from crmeter.ingest.configured import ConfiguredSource


def configured(workspace: Workspace) -> tuple[ConfiguredSource, ...]:
    """Every source of the workspace, ready to land."""
    return tuple(configured_source(workspace.root, settings) for settings in workspace.sources)


def configured_source(root: Path, settings: SourceSettings) -> ConfiguredSource:
    """One source of the workspace in ``root``, ready to land."""
    source = FileSource(
        settings.name, root, settings.path, dict(settings.tables), settings.encoding, settings.delimiter
    )
    return ConfiguredSource(
        source, settings.timezone, settings.date_format, settings.decimal_mark, dict(settings.formats)
    )
