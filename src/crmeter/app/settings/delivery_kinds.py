"""What settings of mail and of recipients may hold."""

from __future__ import annotations

import re
from typing import Any

from crmeter.app.settings.kinds import FromEnvironment, Misfit, SettingKind, nearest
from crmeter.kernel.messages import LANGUAGES, t

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def _secret(value: Any) -> str:
    """Where a secret is. The secret itself has no place in the toml, but may stand in a CRMETER_* variable."""
    if not isinstance(value, str) or not value.strip():
        raise Misfit()
    text = value.strip()
    if not isinstance(value, FromEnvironment) and (not text.startswith(("env:", "file:")) or text in ("env:", "file:")):
        raise Misfit()
    return text


def _address(value: Any) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value.strip()):
        raise Misfit()
    return value.strip()


def _language(value: Any) -> str:
    if value not in LANGUAGES:
        raise Misfit(nearest(str(value), LANGUAGES))
    return str(value)


SECRET = SettingKind(
    _secret, lambda: t("where it is to be found: env:NAME or file:PATH"), FromEnvironment, secret=True
)  # fmt: skip
ADDRESS = SettingKind(_address, lambda: t("a mail address, such as lin@example.com"))
LANGUAGE = SettingKind(_language, lambda: ", ".join(LANGUAGES))
