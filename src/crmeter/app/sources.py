"""From the settings of a source to the connector that reads it."""

from __future__ import annotations

from pathlib import Path

from crmeter.app.settings import SourceSettings, Workspace, reveal
from crmeter.connectors.files import FileSource
from crmeter.connectors.parquet import Access, Key, ParquetSource
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
    source = {"sql": _database, "parquet": _in_place}.get(settings.kind, _files)(root, settings)
    return ConfiguredSource(
        source, settings.timezone, settings.date_format, settings.decimal_mark, dict(settings.formats)
    )


def _files(root: Path, settings: SourceSettings) -> Source:
    return FileSource(
        settings.name, root, settings.path or (), dict(settings.tables), settings.encoding, settings.delimiter
    )


def _in_place(root: Path, settings: SourceSettings) -> Source:
    access = Access(settings.endpoint, settings.region, settings.url_style, _key(root, settings))
    return ParquetSource(settings.name, root, settings.path or (), dict(settings.tables), access)


def _key(root: Path, settings: SourceSettings) -> Key | None:
    """The key of a store of objects, None where its objects are public."""
    place = f"[sources.{settings.name}]"
    given = {name: getattr(settings, name) for name in ("access_key", "secret_key", "session_token")}
    held = {name: reveal(value, root, f"{place} {name}") for name, value in given.items() if value}
    lacking = [name for name in ("access_key", "secret_key") if name not in held]
    if not held:
        return None
    if lacking:
        raise UserError.of(
            t("{place} is missing.", place=f"{place} {lacking[0]}"),
            t("A key of a store has two halves."),
            t("Give both, or neither where the bucket is public."),
        )
    return Key(held["access_key"], held["secret_key"], held.get("session_token"))


def _database(root: Path, settings: SourceSettings) -> Source:
    setting = settings.url or ""
    url = reveal(setting, root, f"[sources.{settings.name}] url")
    if not url.startswith(SCHEMES):
        raise UserError.of(
            t("{place}: {setting} holds no address that starts with {scheme}.",
              place=f"[sources.{settings.name}] url", setting=setting, scheme=" | ".join(SCHEMES)),
        )  # fmt: skip
    return SqlSource(settings.name, root, url, settings.schema, dict(settings.tables))
