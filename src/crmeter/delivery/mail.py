"""Mail: one message to one address, over an encrypted connection."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from crmeter.delivery.message import Message
from crmeter.delivery.outcome import Outcome, Result
from crmeter.kernel.messages import t

SECONDS = 30
STARTTLS, TLS, PLAIN = ENCRYPTIONS = ("starttls", "tls", "none")
PORTS = {STARTTLS: 587, TLS: 465, PLAIN: 25}


@dataclass(frozen=True)
class MailServer:
    """A server that takes mail. ``trusted`` are further certificates (PEM) that it may be known by."""

    host: str
    sender: str
    port: int | None = None
    encryption: str = STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    trusted: str | None = None


def send(server: MailServer, to: str, message: Message) -> Outcome:
    """Hand a message over; whether the server took it. Nothing is raised for what can happen on the way."""
    try:
        with _connected(server) as smtp:
            for code, said in (smtp.mail(server.sender), smtp.rcpt(to)):
                if code >= 400:
                    return _answered(code, said)
            return _handed_over(smtp, _letter(server, to, message))
    except smtplib.SMTPResponseException as error:
        # a wrong password is mended in the settings, after which the same message can go
        return Outcome(Result.FAILED, _said(error.smtp_code, error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Result.FAILED, t("The mail server was not reached: {reason}.", reason=_reason(error)))


def _connected(server: MailServer) -> smtplib.SMTP:
    port = server.port or PORTS[server.encryption]
    context = ssl.create_default_context()
    if server.trusted:
        context.load_verify_locations(cadata=server.trusted)
    if server.encryption == TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, port, timeout=SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, port, timeout=SECONDS)
    try:
        if server.encryption == STARTTLS:
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if server.user is not None:
            smtp.login(server.user, server.password or "")
    except BaseException:
        smtp.close()
        raise
    return smtp


def _handed_over(smtp: smtplib.SMTP, letter: bytes) -> Outcome:
    """From here on the server may have taken it although no answer comes."""
    try:
        code, said = smtp.data(letter)
    except smtplib.SMTPDataError as error:
        return _answered(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Result.UNKNOWN, t("The mail server gave no answer: {reason}.", reason=_reason(error)))
    return Outcome(Result.SENT) if code < 400 else _answered(code, said)


def _answered(code: int, said: bytes | str) -> Outcome:
    return Outcome(Result.REFUSED if code >= 500 else Result.FAILED, _said(code, said))


def _said(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    plain = "".join(sign if sign.isprintable() else " " for sign in words)
    return t("The mail server said: {answer}", answer=f"{code} {plain}"[:300])


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]


def _letter(server: MailServer, to: str, message: Message) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = server.sender, to, message.subject
    letter["Message-ID"] = message.id
    letter["Date"] = formatdate()
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text, cte="base64")  # not every server takes eight bits
    for file in message.attachments:
        main, _, sub = file.kind.partition("/")
        letter.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return letter.as_bytes(policy=SMTP)
