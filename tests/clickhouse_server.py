"""ClickHouse behind its HTTP interface on this machine: the engine of a wheel, which has none of its own.

What clients send is answered by the engine itself; here are only the protocol, one user and the errors of the door.
"""

from __future__ import annotations

import base64
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

PASSWORD = "correct horse"
_PROTOCOL = (
    "client_protocol_version", "compress", "database", "query", "query_id", "session_id", "session_timeout",
    "wait_end_of_query",
)  # fmt: skip


@dataclass
class Server:
    """A running server. It shares its databases with every other ClickHouse of this process."""

    port: int = 0
    user: str = "owner"
    password: str = PASSWORD
    sessions: dict[str, Any] = field(default_factory=dict)

    def url(self, database: str, *, password: str | None = None, port: int | None = None) -> str:
        """The address of a database."""
        secret = quote(self.password if password is None else password, safe="")
        return f"clickhouse://{self.user}:{secret}@127.0.0.1:{port or self.port}/{database}"


@contextmanager
def running() -> Iterator[Server]:
    """A server that is gone at the end; what it holds stays in the process."""
    server = Server()
    handler = type("Handler", (_Handler,), {"here": server})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
            for session in server.sessions.values():
                session.close()


class _Handler(BaseHTTPRequestHandler):
    here: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, b"Ok.\n")

    def do_POST(self) -> None:
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        body = self._body()
        expected = base64.b64encode(f"{self.here.user}:{self.here.password}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {expected}":
            self._refuse(403, 516, f"{self.here.user}: Authentication failed: password is incorrect")
            return
        try:
            self._answer(200, self._run(given, given.get("query", "").encode() + body))
        except RuntimeError as error:
            self._refuse(404, 81 if "UNKNOWN_DATABASE" in str(error) else 47, str(error))

    def _run(self, given: dict[str, str], sql: bytes) -> bytes:
        session = self._session(given)
        if given.get("database"):
            session.query(f"USE `{given['database']}`", "TabSeparated")
        for name, value in given.items():
            if name not in _PROTOCOL and not name.startswith("param_"):
                session.query(f"SET {name} = '{value}'", "TabSeparated")
        bound = {name.removeprefix("param_"): value for name, value in given.items() if name.startswith("param_")}
        statement, _, rows = sql.partition(b" FORMAT Native\n")
        if statement.lstrip().upper().startswith(b"INSERT") and rows:
            with tempfile.NamedTemporaryFile() as file:
                Path(file.name).write_bytes(rows)
                wanted = f"{statement.decode()} FROM INFILE '{file.name}' FORMAT Native"
                return bytes(session.query(wanted, "TabSeparated").bytes() or b"")
        return bytes(session.query(sql.decode(), "TabSeparated", params=bound).bytes() or b"")

    def _session(self, given: dict[str, str]) -> Any:
        import chdb

        name = given.get("session_id", "")
        if name not in self.here.sessions:
            self.here.sessions[name] = chdb.connect(":memory:")
        return self.here.sessions[name]

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _refuse(self, status: int, code: int, said: str) -> None:
        self._answer(
            status, f"Code: {code}. DB::Exception: {said}".encode(), {"X-ClickHouse-Exception-Code": str(code)}
        )

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"X-ClickHouse-Timezone": "UTC", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written to the output of the tests."""
