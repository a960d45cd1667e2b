"""Mail to a real server on this machine: encrypted, signed in, refused, and cut off in the middle."""

from __future__ import annotations

import email
import socket
import ssl
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from crmeter.delivery.mail import MailServer, send
from crmeter.delivery.message import Attachment, Message
from crmeter.delivery.outcome import Result

HERE = Path(__file__).parent
MESSAGE = Message(
    "<S1.abc@example.com>",
    "績效評估 · 2025 年第 4 季",
    "客戶流失率上升。\n.\n" + "很長" * 900 + "\n",
    (Attachment("report.pdf", "application/pdf", bytes(range(256)) * 9),),
)


class Box:
    """Keeps what it is handed; ``answers`` is what it says to the recipient and to the content."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answers = ("250 OK", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers[0]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        if self.answers[1] == "hang up":
            server.transport.abort()
        return self.answers[1]


def signs_in(server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
    known = isinstance(told, LoginPassword) and (told.login, told.password) == (b"me", b"pa55")
    return AuthResult(success=known, handled=False)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Box, int]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / "certificate.pem", HERE / "key.pem")
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        box, "127.0.0.1", port, tls_context=context, require_starttls=True, authenticator=signs_in, auth_required=True
    )
    controller.start()
    yield box, port
    controller.stop()


def server(port: int, **told: Any) -> MailServer:
    trusted = (HERE / "certificate.pem").read_text("ascii")
    given = {"port": port, "user": "me", "password": "pa55", "trusted": trusted, **told}
    return MailServer("localhost", "crmeter@example.com", **given)


@pytest.fixture
def box(running: tuple[Box, int]) -> Box:
    running[0].letters.clear()
    running[0].answers = ("250 OK", "250 OK")
    return running[0]


@pytest.fixture
def port(running: tuple[Box, int]) -> int:
    return running[1]


def test_a_message_arrives_as_it_was(box: Box, port: int) -> None:
    assert send(server(port), "lin@example.com", MESSAGE).result is Result.SENT
    (letter,) = box.letters
    assert letter["Message-ID"] == MESSAGE.id and letter["Subject"] == MESSAGE.subject
    assert letter["To"] == "lin@example.com" and letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_body().get_content().splitlines() == MESSAGE.text.splitlines()
    (file,) = letter.iter_attachments()
    assert file.get_filename() == "report.pdf" and file.get_content() == MESSAGE.attachments[0].content


def test_what_the_server_refuses(box: Box, port: int) -> None:
    for answers, expected in {
        ("550 no such user", "250 OK"): Result.REFUSED,
        ("451 try later", "250 OK"): Result.FAILED,
        ("250 OK", "554 no spam"): Result.REFUSED,
        ("250 OK", "452 no room"): Result.FAILED,
    }.items():
        box.answers = answers
        outcome = send(server(port), "lin@example.com", MESSAGE)
        assert outcome.result is expected and outcome.note.split(": ")[1][:3] in "".join(answers)


def test_cut_off_before_the_answer(box: Box, port: int) -> None:
    """The server has it and says nothing: it must not be sent again."""
    box.answers = ("250 OK", "hang up")
    assert send(server(port), "lin@example.com", MESSAGE).result is Result.UNKNOWN and len(box.letters) == 1


def test_nothing_goes_to_a_server_that_is_not_the_one(box: Box, port: int) -> None:
    wrong = send(server(port, password="guess"), "lin@example.com", MESSAGE)
    assert wrong.result is Result.FAILED and "guess" not in wrong.note and "guess" not in repr(server(port))
    unknown = send(server(port, trusted=None), "lin@example.com", MESSAGE)
    assert unknown.result is Result.FAILED and "certificate" in unknown.note.casefold()
    nobody = send(server(1), "lin@example.com", MESSAGE)
    assert nobody.result is Result.FAILED and box.letters == []
