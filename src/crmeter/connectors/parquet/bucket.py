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
        before = None
        while True:
            page = self._page(self._answer("", query(asked), {}, _LONGEST_LIST, folder=prefix)[1])
            objects = self._objects(page)
            yield from objects
            more = page.findtext("{*}NextContinuationToken")
            if not more and (page.findtext("{*}IsTruncated") or "").lower() != "true":
                return
            # a part of the objects would be a part of the rows: wrong numbers, and nothing would tell
            if not more or objects[:1] == before:
                raise faults.cut_list(self.source, self.where, self.name)
            asked["continuation-token"], before = more, objects[:1]

    def _objects(self, page: ElementTree.Element) -> list[Object]:
        """What one page of a list tells of."""
        spelled = unquote_plus if page.findtext("{*}EncodingType") == "url" else str
        try:
            return [
                Object(
                    spelled(found.findtext("{*}Key") or ""),
                    int(found.findtext("{*}Size") or 0),
                    (found.findtext("{*}ETag") or "").strip('"'),
                    _instant(found.findtext("{*}LastModified") or ""),
                )
                for found in page.iterfind("{*}Contents")
            ]
        except ValueError:
            raise faults.no_store(self.source, self.where) from None

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
        answer, body = self._answer("/" + encoded(found.key, keep="/"), "", wanted, end - start, found.key)
        if _is_another(answer, found):
            raise faults.changed(f"{SCHEME}{self.name}/{found.key}")
        said = answer.headers.get("content-range", "").partition("/")[0]
        is_it = answer.status_code == 206 and said in ("", f"bytes {start}-{end - 1}")
        if not is_it or len(body) != end - start:
            raise faults.not_in_parts(self.source, self.where, found.key)
        return body

    @property
    def where(self) -> str:
        """The host that is asked."""
        return urlsplit(self.access.address(self.name)).netloc

    def _answer(
        self, path: str, asked: str, headers: Mapping[str, str], most: int, key: str = "", folder: str = ""
    ) -> tuple[httpx.Response, bytes]:
        """What the store answers, tried again where it is busy or the way is broken; of its body little more than the
        ``most`` bytes that it may have."""
        import httpx

        for count in range(1, TRIES + 1):
            try:
                answer, body = self._asked(path, asked, headers, most)
            except httpx.RequestError as error:
                if count == TRIES or _is_untrusted(error):
                    raise faults.not_reached(self.source, self.where, _said(error)) from None
            else:
                if answer.is_success:
                    return answer, body
                if answer.status_code not in _AGAIN or count == TRIES:
                    about = (self.source, self.where, self.name, key, folder)
                    raise faults.refused(faults.Refusal.of(*about, answer, body))
            time.sleep(_PAUSE * 2 ** (count - 1))
        raise AssertionError

    def _asked(self, path: str, asked: str, headers: Mapping[str, str], most: int) -> tuple[httpx.Response, bytes]:
        address = self.access.address(self.name)
        parts = urlsplit(address)
        path = parts.path + (path or "/")
        sent = {"host": parts.netloc}
        if self.access.key:
            sent = signed(self.access.key, self.access.signed_for, path, asked, sent, datetime.now(UTC))
        url = f"{parts.scheme}://{parts.netloc}{path}" + (f"?{asked}" if asked else "")
        told = {**sent, **headers, "Accept-Encoding": "identity"}
        with self._opened().stream("GET", url, headers=told) as answer:
            # a part of an object is of its bytes as they lie there, also where it was put there packed
            return answer, _first(answer.iter_raw() if answer.status_code == 206 else answer.iter_bytes(), most)

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


def _first(chunks: Iterator[bytes], most: int) -> bytes:
    """Little more than the first bytes: whoever sends more is not listened to."""
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > most:
            break
    return bytes(found)


def _is_another(answer: httpx.Response, found: Object) -> bool:
    """Whether what is answered is of another object than the one that was listed; not every store heeds If-Match."""
    etag = answer.headers.get("etag", "").removeprefix("W/").strip('"')
    size = answer.headers.get("content-range", "").rpartition("/")[2]
    return (etag and found.etag and etag != found.etag.removeprefix("W/").strip('"')) or (
        size.isdecimal() and int(size) != found.size
    )


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)


def _is_untrusted(error: Exception) -> bool:
    return "CERTIFICATE" in str(error).upper()


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
