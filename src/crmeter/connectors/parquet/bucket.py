"""A bucket of a store that speaks S3: what is in it, and parts of its objects. Nothing is ever written.

Each request goes to the one host that the settings name. Redirects are not followed.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlsplit
from xml.etree import ElementTree

from crmeter.connectors.parquet import faults
from crmeter.connectors.parquet.signature import Key, encoded, query, signed

if TYPE_CHECKING:
    import httpx

SCHEME = "s3://"
SECONDS = 60
TRIES = 4
_PAUSE = 0.2  # seconds before the second try, twice as long before each further one
_AGAIN = (429, 500, 502, 503, 504)
_LONGEST_LIST = 20_000_000  # bytes of one page of a list


@dataclass(frozen=True)
class Access:
    """How a store is reached. Without ``endpoint`` it is Amazon's; without ``key`` nothing is signed, as public buckets
    allow. ``style`` says where the name of the bucket stands: in the ``path`` of the address, or in front of its
    ``host``; None: in front of the host of Amazon, in the path elsewhere."""

    endpoint: str | None = None
    region: str | None = None
    style: str | None = None
    key: Key | None = None

    def address(self, bucket: str) -> str:
        """The address of a bucket, without a slash at its end.

        >>> Access("http://localhost:9000").address("crm"), Access(region="eu-west-1").address("crm")
        ('http://localhost:9000/crm', 'https://crm.s3.eu-west-1.amazonaws.com')
        >>> Access("https://oss-cn-hangzhou.aliyuncs.com", style="host").address("crm")
        'https://crm.oss-cn-hangzhou.aliyuncs.com'
        """
        scheme, _, host = (self.endpoint or f"https://s3.{self.signed_for}.amazonaws.com").rstrip("/").partition("://")
        in_path = self.style == "path" if self.style else self.endpoint is not None
        return f"{scheme}://{host}/{encoded(bucket)}" if in_path else f"{scheme}://{bucket}.{host}"

    @property
    def signed_for(self) -> str:
        """The region that requests are signed for."""
        return self.region or "us-east-1"


@dataclass(frozen=True)
class Object:
    """One object as it was listed."""

    key: str
    size: int
    etag: str
    changed: datetime


@dataclass
class Bucket:
    """A bucket that is being read. Raises UserError with what the store refuses, and never tells a secret."""

    source: str  # in crmeter.toml
    name: str
    access: Access
    _client: httpx.Client | None = field(default=None, repr=False)

    def listed(self, prefix: str) -> Iterator[Object]:
        """Every object whose key starts with ``prefix``, by key."""
        asked = {"list-type": "2", "prefix": prefix, "encoding-type": "url"}
        while True:
            page = self._page(self._answer("", query(asked), {}, folder=prefix).content)
            spelled = unquote_plus if page.findtext("{*}EncodingType") == "url" else str
            for found in page.iterfind("{*}Contents"):
                yield Object(
                    spelled(found.findtext("{*}Key") or ""),
                    int(found.findtext("{*}Size") or 0),
                    (found.findtext("{*}ETag") or "").strip('"'),
                    _instant(found.findtext("{*}LastModified") or ""),
                )
            more = page.findtext("{*}NextContinuationToken")
            if page.findtext("{*}IsTruncated") != "true" or not more:
                return
            asked["continuation-token"] = more

    def _page(self, content: bytes) -> ElementTree.Element:
        """One page of a list."""
        if len(content) > _LONGEST_LIST or b"<!DOCTYPE" in content[:1000]:
            raise faults.no_store(self.source, self.where)
        try:
            page = ElementTree.fromstring(content)
        except ElementTree.ParseError:
            raise faults.no_store(self.source, self.where) from None
        if page.tag.rpartition("}")[2] != "ListBucketResult":
            raise faults.no_store(self.source, self.where)
        return page

    def part(self, found: Object, start: int, size: int) -> bytes:
        """``size`` bytes of an object from ``start`` on, of what it was when it was listed."""
        end = min(start + size, found.size)
        if end <= start:
            return b""
        wanted = {"Range": f"bytes={start}-{end - 1}", **({"If-Match": f'"{found.etag}"'} if found.etag else {})}
        answer = self._answer("/" + encoded(found.key, keep="/"), "", wanted, found.key)
        if answer.status_code != 206 or len(answer.content) != end - start:
            raise faults.not_in_parts(self.source, self.where, found.key)
        return answer.content

    @property
    def where(self) -> str:
        """The host that is asked."""
        return urlsplit(self.access.address(self.name)).netloc

    def _answer(
        self, path: str, asked: str, headers: Mapping[str, str], key: str = "", folder: str = ""
    ) -> httpx.Response:
        """What the store answers, tried again where it is busy or the way is broken."""
        import httpx

        for count in range(1, TRIES + 1):
            try:
                answer = self._asked(path, asked, headers)
            except httpx.TransportError as error:
                if count == TRIES or _is_untrusted(error):
                    raise faults.not_reached(self.source, self.where, _said(error)) from None
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in _AGAIN or count == TRIES:
                    about = (self.source, self.where, self.name, key, folder)
                    raise faults.refused(faults.Refusal.of(*about, answer))
            time.sleep(_PAUSE * 2 ** (count - 1))
        raise AssertionError

    def _asked(self, path: str, asked: str, headers: Mapping[str, str]) -> httpx.Response:
        address = self.access.address(self.name)
        parts = urlsplit(address)
        path = parts.path + (path or "/")
        sent = {"host": parts.netloc}
        if self.access.key:
            sent = signed(self.access.key, self.access.signed_for, path, asked, sent, datetime.now(UTC))
        url = f"{parts.scheme}://{parts.netloc}{path}" + (f"?{asked}" if asked else "")
        return self._opened().get(url, headers={**sent, **headers, "Accept-Encoding": "identity"})

    def _opened(self) -> httpx.Client:
        import httpx

        if self._client is None:
            for name in ("httpx", "httpcore"):  # they would write headers into the log
                logging.getLogger(name).setLevel(logging.WARNING)
            context = ssl.create_default_context()
            self._client = httpx.Client(verify=context, follow_redirects=False, trust_env=False, timeout=SECONDS)
        return self._client

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)


def _is_untrusted(error: Exception) -> bool:
    return "CERTIFICATE" in str(error).upper()


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
