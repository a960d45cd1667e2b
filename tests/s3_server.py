"""A small S3-compatible server on this machine: lists and ranged reads, every request's signature (version 4) checked.

The signature is worked out here from Amazon's description of it, not by the code that is tested.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape

Bucket = dict[str, bytes]


@dataclass
class S3:
    """Buckets of objects behind one key; ``seen`` are the requests that came, as (method, path with query, status)."""

    access_key: str = "AKIDEXAMPLE"
    secret_key: str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    region: str = "eu-test-1"
    token: str = ""
    buckets: dict[str, Bucket] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)  # buckets that anybody may read
    moved: dict[str, str] = field(default_factory=dict)  # path → where a redirect leads
    page: int = 1000  # keys of one page of a list
    encodes: bool = True  # keys in lists, where it is asked to
    denied: set[str] = field(default_factory=set)  # buckets that this key may not read
    says: dict[str, bytes] = field(default_factory=dict)  # path → what is answered instead
    busy: int = 0  # so many answers are that it is too much
    parts: bool = True  # whether parts of objects are given
    goes_on: str = "token"  # how a list does that has more: "token", "never" (names none), "again" (heeds none)
    heeds_if_match: bool = True
    packed: bool = False  # whether objects are said to have been put there packed
    sent: int = 0  # bytes of objects
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    port: int = 0

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def serving(s3: S3) -> Iterator[S3]:
    """``s3`` on a free port of the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"s3": s3}))
    server.daemon_threads = True
    s3.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield s3
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class _Handler(BaseHTTPRequestHandler):
    s3: S3
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(*self._found())

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _found(self) -> tuple[int, Mapping[str, str], bytes]:
        try:
            parts = urlsplit(self.path)
            if self.s3.busy:
                self.s3.busy -= 1
                raise _Refused(503, "SlowDown")
            if parts.path in self.s3.says:
                return 200, {}, self.s3.says[parts.path]
            if parts.path in self.s3.moved:
                return 307, {"Location": self.s3.moved[parts.path]}, b""
            name, _, key = unquote(parts.path).lstrip("/").partition("/")
            if name not in self.s3.public:
                self._check_signature(parts.path, parts.query)
            if name in self.s3.denied:
                raise _Refused(403, "AccessDenied")
            if name not in self.s3.buckets:
                raise _Refused(404, "NoSuchBucket")
            if not key:
                return 200, {"Content-Type": "application/xml"}, self._listed(name, dict(parse_qsl(parts.query, True)))
            return self._object(self.s3.buckets[name], key)
        except _Refused as refused:
            region = f"<Region>{self.s3.region}</Region>" if refused.code == "AuthorizationHeaderMalformed" else ""
            said = f"<?xml version='1.0'?><Error><Code>{refused.code}</Code><Message>no</Message>{region}</Error>"
            return refused.status, {"Content-Type": "application/xml"}, said.encode()

    def _object(self, bucket: Bucket, key: str) -> tuple[int, Mapping[str, str], bytes]:
        if key not in bucket:
            raise _Refused(404, "NoSuchKey")
        body = bucket[key]
        about = {"ETag": f'"{etag(body)}"', "Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT", "Accept-Ranges": "bytes"}
        given = self.headers.get("Range")
        if self.s3.packed:
            about["Content-Encoding"] = "gzip"
        if self.s3.heeds_if_match and self.headers.get("If-Match", about["ETag"]) != about["ETag"]:
            raise _Refused(412, "PreconditionFailed")
        if not given or not self.s3.parts:
            return 200, about, body
        first, _, last = given.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(body) - 1), len(body) - 1)
        if start >= len(body):
            raise _Refused(416, "InvalidRange")
        self.s3.sent += end + 1 - start
        return 206, {**about, "Content-Range": f"bytes {start}-{end}/{len(body)}"}, body[start : end + 1]

    def _listed(self, name: str, asked: Mapping[str, str]) -> bytes:
        bucket, prefix, delimiter = self.s3.buckets[name], asked.get("prefix", ""), asked.get("delimiter", "")
        after = asked.get("continuation-token", "") if self.s3.goes_on != "again" else ""
        is_url = asked.get("encoding-type") == "url" and self.s3.encodes
        written = quote_plus if is_url else escape  # Amazon writes a blank as +
        found, folders = [], {}
        for key in sorted(bucket):
            if key.startswith(prefix) and key > after:
                folder, found_it, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
                if found_it:
                    folders[prefix + folder + delimiter] = None
                else:
                    found.append(key)
        page, rest = found[: self.s3.page], found[self.s3.page :]
        items = "".join(
            f"<Contents><Key>{written(key)}</Key><LastModified>2025-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>&quot;{etag(bucket[key])}&quot;</ETag><Size>{len(bucket[key])}</Size></Contents>"
            for key in page
        )
        items += "".join(f"<CommonPrefixes><Prefix>{written(f)}</Prefix></CommonPrefixes>" for f in folders)
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if rest else ""
        more = "" if self.s3.goes_on == "never" else more
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{name}</Name><Prefix>{written(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount>"
            f"<IsTruncated>{'true' if rest else 'false'}</IsTruncated>{more}"
            f"{'<EncodingType>url</EncodingType>' if is_url else ''}{items}</ListBucketResult>"
        ).encode()

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.s3.seen.append((self.command, self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _check_signature(self, path: str, query: str) -> None:
        given = self.headers.get("Authorization", "")
        if not given.startswith("AWS4-HMAC-SHA256 "):
            raise _Refused(403, "AccessDenied")
        parts = dict(part.strip().split("=", 1) for part in given.split(" ", 1)[1].split(","))
        key, *scope = parts["Credential"].split("/")
        if key != self.s3.access_key:
            raise _Refused(403, "InvalidAccessKeyId")
        if scope[1] != self.s3.region:
            raise _Refused(400, "AuthorizationHeaderMalformed")
        if self.s3.token and self.headers.get("x-amz-security-token") != self.s3.token:
            raise _Refused(403, "InvalidToken")
        if not hmac.compare_digest(parts["Signature"], self._signature(path, query, parts["SignedHeaders"], scope)):
            raise _Refused(403, "SignatureDoesNotMatch")

    def _signature(self, path: str, query: str, signed: str, scope: list[str]) -> str:
        pairs = sorted((quote(n, safe="-_.~"), quote(v, safe="-_.~")) for n, v in parse_qsl(query, True))
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in signed.split(";"))
        canonical = "\n".join(
            [self.command, quote(unquote(path), safe="/-_.~"), "&".join(f"{n}={v}" for n, v in pairs), headers, signed,
             self.headers["x-amz-content-sha256"]]
        )  # fmt: skip
        text = "\n".join(
            [
                "AWS4-HMAC-SHA256",
                self.headers["x-amz-date"],
                "/".join(scope),
                hashlib.sha256(canonical.encode()).hexdigest(),
            ]
        )
        sealed = b"AWS4" + self.s3.secret_key.encode()
        for part in (*scope, text):
            sealed = hmac.new(sealed, part.encode(), hashlib.sha256).digest()
        return sealed.hex()


def etag(body: bytes) -> str:
    """As Amazon makes it of an object that was put whole."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
