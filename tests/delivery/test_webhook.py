"""Webhooks: signatures as openssl makes them, what each answer means, and where nothing is sent."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from crmeter.delivery import webhook
from crmeter.delivery.destination import NotAllowed, destination, is_public
from crmeter.delivery.message import Attachment, Message
from crmeter.delivery.outcome import Result
from crmeter.delivery.webhook import Webhook, body, dingtalk_sign, feishu_sign, judged, signed

HERE = Path(__file__).parent
MESSAGE = Message("<1@x>", "Report", "Churn rose.\nCall <Lin> & co.")


class Chat(BaseHTTPRequestHandler):
    """Keeps what it is sent and answers as it was told."""

    server: Any

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.seen.append((self.path, dict(self.headers), json.loads(self.rfile.read(length))))
        status, headers, content = self.server.answers
        if status is None:  # hangs up without a word
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(params=["http"])
def chat(request: pytest.FixtureRequest) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    server.seen, server.answers = [], (200, {}, b'{"code": 0}')
    if request.param == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(HERE / "certificate.pem", HERE / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.url = f"{request.param}://127.0.0.1:{server.server_port}/hook/s3cret"
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def hook(url: str, kind: str = "feishu", **told: Any) -> Webhook:
    return Webhook(kind, url, inside=("127.0.0.1", "chat.test"), plain=("127.0.0.1", "chat.test"), **told)


def by_openssl(key: str, text: str) -> str:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    given = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.encode().hex()}", "-binary"]
    made = subprocess.run(given, input=text.encode(), capture_output=True, check=True).stdout
    return subprocess.run(["openssl", "base64", "-A"], input=made, capture_output=True, check=True).stdout.decode()


def test_signatures() -> None:
    """Feishu: the key is time and secret, the text empty. DingTalk: the key is the secret, the text time and secret."""
    assert feishu_sign("s3cret", 1599360473) == by_openssl("1599360473\ns3cret", "")
    assert dingtalk_sign("SEC1", 1577262236757) == by_openssl("SEC1", "1577262236757\nSEC1")
    query, _, _ = signed(Webhook("dingtalk", "https://x/?a=1", "SEC1"), MESSAGE, 1577262236.757)
    assert query.startswith("&timestamp=1577262236757&sign=") and "+" not in query and "/" not in query
    _, payload, _ = signed(Webhook("feishu", "https://x", "s3cret"), MESSAGE, 1599360473.9)
    assert payload["timestamp"] == "1599360473" and payload["sign"] == feishu_sign("s3cret", 1599360473)


def test_bodies() -> None:
    whole = "Report\n\nChurn rose.\nCall <Lin> & co."
    assert body("feishu", MESSAGE) == {"msg_type": "text", "content": {"text": whole}}
    assert body("dingtalk", MESSAGE) == {"msgtype": "text", "text": {"content": whole}}
    assert body("slack", MESSAGE)["text"].endswith("Call &lt;Lin&gt; &amp; co.")
    (card,) = body("teams", MESSAGE)["attachments"]
    assert [block["text"] for block in card["content"]["body"]] == ["Report", "Churn rose.", "Call <Lin> & co."]
    long = body("wecom", Message("", "長", "流失" * 2000))["text"]["content"]
    assert len(long.encode()) <= 2048 and long.endswith("…") and "\ufffd" not in long  # WeCom's own limit


def test_a_message_is_kept_whole() -> None:
    message = Message("<1@x>", "報告", "text", (Attachment("a.pdf", "application/pdf", bytes(range(256))),))
    assert Message.unpacked(message.packed()) == message


@pytest.mark.parametrize(
    ("kind", "status", "said", "expected"),
    [
        ("feishu", 200, b'{"code": 0}', Result.SENT),
        ("feishu", 200, b'{"StatusCode": 0}', Result.SENT),
        ("feishu", 200, b'{"code": 19021, "msg": "sign match fail"}', Result.REFUSED),
        ("feishu", 200, b'{"code": 9499}', Result.FAILED),
        ("dingtalk", 200, b'{"errcode": 310000}', Result.REFUSED),
        ("wecom", 200, b'{"errcode": 45009}', Result.FAILED),
        ("wecom", 200, b"<html>", Result.UNKNOWN),
        ("slack", 200, b"ok", Result.SENT),
        ("slack", 404, b"no_service", Result.REFUSED),
        ("teams", 202, b"", Result.SENT),
        ("teams", 429, b"", Result.FAILED),
        ("webhook", 204, b"", Result.SENT),
        ("webhook", 502, b"", Result.UNKNOWN),  # what stands before the chat cannot tell whether it arrived
        ("webhook", 302, b"", Result.REFUSED),
    ],
)
def test_answers(kind: str, status: int, said: bytes, expected: Result) -> None:
    assert judged(kind, status, said).result is expected


def test_what_is_sent(chat: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = webhook.send(hook(chat.url, "webhook", secret="k3y"), MESSAGE)
    ((path, headers, payload),) = chat.seen
    assert outcome.result is Result.SENT and path == "/hook/s3cret" and payload["subject"] == "Report"
    assert headers["Idempotency-Key"] == "<1@x>" and headers["X-Crmeter-Signature"].startswith("sha256=")
    assert "s3cret" not in caplog.text and "k3y" not in caplog.text and "s3cret" not in repr(hook(chat.url))


def test_nothing_follows_a_redirect(chat: Any) -> None:
    chat.answers = (307, {"Location": chat.url}, b"")
    outcome = webhook.send(hook(chat.url), MESSAGE)
    assert outcome.result is Result.REFUSED and len(chat.seen) == 1 and "s3cret" not in outcome.note


def test_no_answer_is_not_a_failure(chat: Any) -> None:
    chat.answers = (None, {}, b"")
    outcome = webhook.send(hook(chat.url), MESSAGE)
    assert outcome.result is Result.UNKNOWN and len(chat.seen) == 1 and "s3cret" not in outcome.note


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert webhook.send(hook(f"http://127.0.0.1:{port}/x"), MESSAGE).result is Result.FAILED


@pytest.mark.parametrize("chat", ["https"], indirect=True)
def test_a_name_is_looked_up_once_and_its_certificate_is_checked(chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time (DNS rebinding) leads nowhere new."""
    asked = []

    def lookup(host: str, port: Any, *more: Any, **told: Any) -> list[Any]:
        asked.extend([host] if host == "chat.test" else [])
        address = host if host != "chat.test" else "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    url = chat.url.replace("127.0.0.1", "chat.test")
    trusted = (HERE / "certificate.pem").read_text("ascii")
    assert webhook.send(hook(url, trusted=trusted), MESSAGE).result is Result.SENT
    assert asked == ["chat.test"] and chat.seen[0][1]["Host"].startswith("chat.test:")
    asked.clear()
    assert webhook.send(hook(url), MESSAGE).result is Result.FAILED  # its certificate is nobody's we know
    asked.clear()
    other = hook(url.replace("chat.test", "127.0.0.1"), trusted=trusted)
    assert webhook.send(other, MESSAGE).result is Result.SENT and len(chat.seen) == 2


def test_where_nothing_is_sent() -> None:
    for url, said in {
        "http://1.1.1.1/x": "without encryption",
        "https://10.0.0.8/x": "inside",
        "https://127.0.0.1/x": "inside",
        "https://[::1]/x": "inside",
        "https://[::ffff:169.254.169.254]/latest": "inside",
        "https://me:pw@1.1.1.1/x": "user or password",
        "ftp://1.1.1.1/x": "https://",
        "https://1.1.1.1:99999/x": "https://",
    }.items():
        with pytest.raises(NotAllowed, match=said) as error:
            destination(url)
        assert "pw" not in str(error.value)
    assert destination("https://127.0.0.1/x", inside=("127.0.0.1",)).address == "127.0.0.1"
    assert not is_public("100.64.0.1") and not is_public("64:ff9b::7f00:1") and is_public("2606:4700:4700::1111")
