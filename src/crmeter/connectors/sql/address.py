"""Addresses of databases. What is secret in one is never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")
SCHEMES = (SQLITE, *POSTGRES)


@dataclass(frozen=True)
class Shown:
    """What may be told of the address of a server."""

    host: str
    database: str


def holds_password(url: str) -> bool:
    """Whether a secret stands in the address itself.

    >>> holds_password("postgresql://ann:secret@db/crm"), holds_password("postgresql://ann@db/crm")
    (True, False)
    >>> holds_password("sc://cluster:15002/;token=secret")
    True
    """
    return not url.startswith(SQLITE) and bool(secrets(url))


def secrets(url: str) -> list[str]:
    """Every password in an address, as it is written and as it is meant."""
    try:
        parts = urlsplit(url)
        given = [parts.password or "", *parse_qs(parts.query).get("password", [])]
        given += parse_qs(parts.query).get("sslpassword", [])
    except ValueError:
        given = []
    given += re.findall(r"://[^/?#]*?:([^/?#]*)@", url)  # of an address that is spelled wrong too
    given += re.findall(r";token=([^;?#]*)", url)
    return sorted({form for text in given if text for form in (text, unquote(text))}, key=len, reverse=True)


def shown(url: str) -> Shown:
    """Host and database of the address of a server.

    >>> shown("spark://local[2]").host, shown("sc://cluster:15002/;token=secret")
    ('local[2]', Shown(host='cluster:15002', database='–'))
    """
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        host = parts.netloc.rpartition("@")[2] or query.get("host", ["localhost"])[0]
        database = unquote(parts.path.lstrip("/").partition(";")[0])
        return Shown(host, database or query.get("dbname", ["–"])[0])
    except ValueError:  # brackets are of no IPv6 address
        return Shown(url.partition("://")[2].rpartition("@")[2].partition("/")[0] or "–", "–")


def database_file(root: Path, url: str) -> Path:
    """The SQLite file that an address names, which must lie inside the workspace ``root``."""
    named = unquote(url.removeprefix(SQLITE).partition("?")[0])
    path = root / named
    if not named.strip() or "\0" in named or ".." in PurePosixPath(named.replace("\\", "/")).parts:
        raise _outside(named)
    if not path.resolve().is_relative_to(root.resolve()):
        raise _outside(named)
    if not path.is_file():
        raise UserError.of(
            t("There is no file {path}.", path=named),
            next=t("Put the database there, or correct url for this source in crmeter.toml."),
        )
    return path


def _outside(named: str) -> UserError:
    return UserError.of(
        t('The path "{path}" leads out of the workspace.', path=named),
        t("A source reads files inside its workspace only."),
        t('Copy the database into the workspace and write a path below it, such as "sqlite:///databases/crm.sqlite".'),
    )
