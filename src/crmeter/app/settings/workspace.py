"""A workspace: the folder of a company, and how it counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.warehouse.engines.products import SCHEMES

if TYPE_CHECKING:
    from crmeter.kpis.catalogue import Catalogue


@dataclass(frozen=True)
class SourceSettings:
    """One ``[sources.NAME]``: where its files or tables are and how they are read. None means: found out from them.

    ``url`` and the parts of a key are as they are written, which may be where to find them (``env:NAME``).
    """

    name: str
    kind: str
    path: tuple[str, ...] | None = None
    url: str | None = field(default=None, repr=False)
    schema: str | None = None
    endpoint: str | None = None
    region: str | None = None
    url_style: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    tables: tuple[tuple[str, str], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    timezone: str | None = None
    date_format: str | None = None
    decimal_mark: str | None = None
    formats: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Target:
    """What is wanted of a KPI, in its unit."""

    value: float


@dataclass(frozen=True)
class AlertSettings:
    """What is watched: the KPIs (none named: all with a good direction), by month or week, and how many false alarms a
    quarter may bring."""

    kpis: tuple[str, ...] = ()
    grain: str = "month"
    false_alarms: float = 1.0


@dataclass(frozen=True)
class MailSettings:
    """The server that takes mail. ``user`` and ``password`` may be where to find them (``env:NAME``)."""

    host: str | None = None
    port: int | None = None
    encryption: str = "starttls"
    sender: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class RecipientSettings:
    """One ``[recipients.NAME]``: how somebody is reached, and what they may see."""

    name: str
    kind: str
    address: str | None = None
    url: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    audience: str | None = None
    scope: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True)
class DeliverySettings:
    """Hosts of webhooks that may lie inside the network, and those that may be reached without encryption."""

    allow_inside: tuple[str, ...] = ()
    allow_plain: tuple[str, ...] = ()
    certificates: str | None = None


@dataclass(frozen=True)
class Workspace:
    """What ``crmeter.toml`` and the environment say, checked. ``root`` is absolute."""

    root: Path
    name: str
    rules: Rules
    warehouse_setting: str = field(repr=False)
    store_setting: str
    sources: tuple[SourceSettings, ...]
    targets: Mapping[str, Target]
    dimensions: tuple[str, ...] = ()
    quality_owners: Mapping[str, str] = field(default_factory=dict)  # table → who answers for its quality
    alerts: AlertSettings = AlertSettings()
    era: str = "common"  # how years are said, see reports.periods
    own_kpis: Catalogue | None = None
    mail: MailSettings = MailSettings()
    recipients: Mapping[str, RecipientSettings] = field(default_factory=dict)
    delivery: DeliverySettings = DeliverySettings()
    server_schema: str | None = None
    server_raw: Mapping[str, str] = field(default_factory=dict)  # source → where its raw tables lie on the server
    memory: int | None = None  # bytes that DuckDB may take

    @property
    def catalogue(self) -> Catalogue:
        """The KPIs that can be asked for here: the built-in ones and those that crmeter.toml composes."""
        from crmeter.kpis.catalogue import BUILT_IN

        return self.own_kpis or BUILT_IN

    @property
    def toml(self) -> Path:
        return self.root / "crmeter.toml"

    @property
    def mappings(self) -> Path:
        """The folder that has a folder of SELECTs for each source."""
        return self.root / "mappings"

    @property
    def warehouse(self) -> Path:
        """The warehouse's file; a UserError where the canonical tables are on a server."""
        if self.server:
            raise UserError.of(
                t("This needs a warehouse of DuckDB, and [engine] url names a server."),
                t("On a server crmeter kpi measures, and crmeter ingest builds tables. Nothing else works there yet."),
                t('For all else write url = "duckdb:///data/warehouse.duckdb" and run: crmeter ingest'),
            )
        return self._file(self.warehouse_setting, "duckdb:///", "[engine] url")

    @property
    def server(self) -> str | None:
        """The address of the server that holds the canonical tables; None where a DuckDB file does."""
        url = reveal(self.warehouse_setting, self.root, "[engine] url")
        return url if url.startswith(SCHEMES) else None

    @property
    def store_url(self) -> str:
        """The address of the store, with an absolute path."""
        return f"sqlite:///{self._file(self.store_setting, 'sqlite:///', '[store] url')}"

    def _file(self, setting: str, scheme: str, place: str) -> Path:
        url = reveal(setting, self.root, place)
        if not url.startswith(scheme) or url == scheme:
            raise UserError.of(
                t("{place}: {setting} holds no address that starts with {scheme}.",
                  place=place, setting=setting, scheme=scheme),
                next=t("Other engines and stores are not available yet."),
            )  # fmt: skip
        return self.root / url.removeprefix(scheme)

    def source(self, name: str) -> SourceSettings:
        """The source of that name; a UserError that names those there are."""
        for source in self.sources:
            if source.name == name:
                return source
        raise UserError.of(
            t("There is no source “{name}”.", name=name),
            next=t("Sources in crmeter.toml: {names}.", names=", ".join(s.name for s in self.sources) or "–"),
        )


def reveal(setting: str, root: Path, place: str) -> str:
    """The value a setting stands for: ``env:NAME`` and ``file:PATH`` are looked up now, anything else is itself."""
    if setting.startswith("env:"):
        found = os.environ.get(setting[4:])
        if not found:
            raise UserError.of(
                t("{place} is to come from the environment, but {name} is not set there.",
                  place=place, name=setting[4:]),
                next=t("Set it before you start crmeter."),
            )  # fmt: skip
        return found.strip()
    if setting.startswith("file:") and not setting.startswith("file://"):
        path = root / setting[5:]
        try:
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError.of(
                t("{place} is to come from the file {path}, which can’t be read.", place=place, path=path),
                why=str(error),
            ) from None
    return setting
