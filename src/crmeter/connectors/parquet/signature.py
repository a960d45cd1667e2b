"""Signing requests to a store of objects: version 4 of Amazon's signatures, in the header of the request."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

NOTHING = hashlib.sha256(b"").hexdigest()
_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Key:
    """Who signs: the public half of a key, its secret, and the token of one that is lent for a time."""

    id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def encoded(text: str, *, keep: str = "") -> str:
    """Text as it stands in a signed address: all but letters, digits and ``-._~`` in percents.

    >>> encoded("a b/ü", keep="/")
    'a%20b/%C3%BC'
    """
    return quote(text, safe=f"-._~{keep}")


def query(asked: Mapping[str, str]) -> str:
    """The question of an address, in the order in which it is signed."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(asked.items()))


def signed(key: Key, region: str, path: str, asked: str, headers: Mapping[str, str], now: datetime) -> dict[str, str]:
    """``headers`` of a GET of ``path`` (encoded) with the question ``asked``, and those that sign it.

    ``now`` is in UTC; ``headers`` name the host, and all of them are signed.
    """
    at = f"{now:%Y%m%dT%H%M%SZ}"
    sent = {**headers, "x-amz-content-sha256": NOTHING, "x-amz-date": at}
    if key.token:
        sent["x-amz-security-token"] = key.token
    lines = sorted((name.lower(), " ".join(value.split())) for name, value in sent.items())
    names = ";".join(name for name, _ in lines)
    request = "\n".join(["GET", path, asked, *(f"{name}:{value}" for name, value in lines), "", names, NOTHING])
    scope = (at[:8], region, "s3", "aws4_request")
    text = "\n".join([_ALGORITHM, at, "/".join(scope), hashlib.sha256(request.encode()).hexdigest()])
    sealed = f"AWS4{key.secret}".encode()
    for part in (*scope, text):
        sealed = hmac.new(sealed, part.encode(), hashlib.sha256).digest()
    credential = f"{key.id}/{'/'.join(scope)}"
    sent["Authorization"] = f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={sealed.hex()}"
    return sent
