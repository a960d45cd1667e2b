"""What settings of a store of objects may hold."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from crmeter.app.settings.kinds import Misfit, SettingKind
from crmeter.kernel.messages import t

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9a-fA-F:.]+")


def _endpoint(value: Any) -> str:
    """The address of a store: its host alone, so that no key stands in it."""
    try:
        parts = urlsplit(value.strip() if isinstance(value, str) else "")
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Misfit() from None
    if parts.scheme not in ("http", "https") or not host or not _HOST.fullmatch(host):
        raise Misfit(f"https://{value}" if isinstance(value, str) and "://" not in value and value.strip() else "")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Misfit()
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


ENDPOINT = SettingKind(
    _endpoint, lambda: t("http:// or https:// and a host, such as {example}", example="https://minio.example.com:9000"),
    secret=True,
)  # fmt: skip
