"""Webhooks: a text into a chat of Feishu, DingTalk, WeCom, Slack or Teams, or as plain JSON."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from crmeter.delivery.chats import DINGTALK, FEISHU, JSON, SLACK, TEAMS, WECOM
from crmeter.delivery.destination import Destination, NotAllowed, NotFound, destination
from crmeter.delivery.message import Message
from crmeter.delivery.outcome import Outcome, Result
from crmeter.kernel.messages import t

SECONDS = 20
LONGEST = {FEISHU: 20_000, DINGTALK: 18_000, WECOM: 2_000, SLACK: 35_000, TEAMS: 20_000, JSON: 200_000}  # bytes of text
MOST_ANSWER = 65_536  # bytes that are read of an answer
LATER = {FEISHU: (9499, 11232), DINGTALK: (130101, 410100), WECOM: (-1, 45009)}  # codes: too much at once
WAIT = (429, 503)  # said by those who did nothing
MAYBE = (500, 502, 504)  # said also by those who did it


@dataclass(frozen=True)
class Webhook:
    """A chat to write into. ``inside`` and ``plain`` are hosts that may lie inside the network, and be reached without
    encryption; ``trusted`` are further certificates (PEM)."""

    chat: str
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    inside: Collection[str] = ()
    plain: Collection[str] = ()
    trusted: str | None = None


def send(hook: Webhook, message: Message) -> Outcome:
    """Hand a message over; whether the other side took it. Nothing is raised for what can happen on the way."""
    try:
        there = destination(hook.url, hook.inside, hook.plain)
    except NotAllowed as error:
        return Outcome(Result.REFUSED, str(error))
    except NotFound as error:
        return Outcome(Result.FAILED, str(error))
    query, payload, headers = signed(hook, message, time.time())
    return _posted(hook, there, query, json.dumps(payload, ensure_ascii=False).encode(), headers)


def signed(hook: Webhook, message: Message, now: float) -> tuple[str, dict[str, Any], dict[str, str]]:
    """What is added to the address, the body, and the headers; signed where there is a secret."""
    payload = body(hook.chat, message)
    if hook.chat == JSON:
        return "", payload, {"Idempotency-Key": message.id, **_own_signature(hook, payload, now)}
    if not hook.secret:
        return "", payload, {}
    if hook.chat == FEISHU:
        return "", {"timestamp": str(int(now)), "sign": feishu_sign(hook.secret, int(now)), **payload}, {}
    if hook.chat == DINGTALK:
        moment = int(now * 1000)
        first = "&" if "?" in hook.url else "?"
        return f"{first}timestamp={moment}&sign={quote_plus(dingtalk_sign(hook.secret, moment))}", payload, {}
    return "", payload, {}


def feishu_sign(secret: str, seconds: int) -> str:
    """The signature of Feishu: HMAC-SHA256 of nothing, with the time and the secret as its key."""
    return _code(f"{seconds}\n{secret}".encode(), b"")


def dingtalk_sign(secret: str, milliseconds: int) -> str:
    """The signature of DingTalk: HMAC-SHA256 of the time and the secret, with the secret as its key."""
    return _code(secret.encode(), f"{milliseconds}\n{secret}".encode())


def _code(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def _own_signature(hook: Webhook, payload: Mapping[str, Any], now: float) -> dict[str, str]:
    if not hook.secret:
        return {}
    text = f"{int(now)}.".encode() + json.dumps(payload, ensure_ascii=False).encode()
    digest = hmac.new(hook.secret.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Crmeter-Time": str(int(now)), "X-Crmeter-Signature": f"sha256={digest}"}


def body(chat: str, message: Message) -> dict[str, Any]:
    """The JSON of each chat. Files do not go along."""
    text = _cut(f"{message.subject}\n\n{message.text}", LONGEST[chat])
    match chat:
        case "feishu":
            return {"msg_type": "text", "content": {"text": text}}
        case "dingtalk":
            return {"msgtype": "text", "text": {"content": text}}
        case "wecom":
            return {"msgtype": "text", "text": {"content": text}}
        case "slack":
            safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            return {"text": safe, "mrkdwn": False}
        case "teams":
            return {"type": "message", "attachments": [_card(message.subject, _cut(message.text, LONGEST[chat]))]}
        case _:
            return {"id": message.id, "subject": message.subject, "text": message.text}


def _card(subject: str, text: str) -> dict[str, Any]:
    blocks = [{"type": "TextBlock", "text": subject, "weight": "Bolder", "wrap": True}]
    blocks += [{"type": "TextBlock", "text": line, "wrap": True} for line in text.split("\n") if line.strip()]
    content = {"type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
               "version": "1.4", "body": blocks}  # fmt: skip
    return {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}


def _cut(text: str, most: int) -> str:
    """As many whole characters as fit into so many bytes."""
    held = text.encode()
    return text if len(held) <= most else held[: most - 3].decode(errors="ignore") + "…"


def _posted(hook: Webhook, there: Destination, query: str, content: bytes, headers: dict[str, str]) -> Outcome:
    import ssl

    import httpx

    for name in ("httpx", "httpcore"):  # they would write the address, and the key in it, into the log
        logging.getLogger(name).setLevel(logging.WARNING)
    url = httpx.URL(there.url + query)
    pinned = url.copy_with(host=there.address)
    context = ssl.create_default_context()
    if hook.trusted:
        context.load_verify_locations(cadata=hook.trusted)
    sent = {"Host": url.netloc.decode(), "Content-Type": "application/json; charset=utf-8", **headers}
    named = {"sni_hostname": there.host}
    try:
        with (
            httpx.Client(verify=context, follow_redirects=False, trust_env=False, timeout=SECONDS) as client,
            client.stream("POST", pinned, content=content, headers=sent, extensions=named) as answer,
        ):
            said = b""
            for part in answer.iter_bytes():
                said = (said + part)[:MOST_ANSWER]
                if len(said) == MOST_ANSWER:
                    break
            return judged(hook.chat, answer.status_code, said)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return Outcome(Result.FAILED, t("{host} was not reached: {reason}.", host=there.host, reason=_named(error)))
    except httpx.HTTPError as error:
        reason = _named(error)
        return Outcome(Result.UNKNOWN, t("{host} gave no whole answer: {reason}.", host=there.host, reason=reason))


def _named(error: Exception) -> str:
    """What went wrong, without the address that the error may hold."""
    return type(error).__name__


def judged(chat: str, status: int, said: bytes) -> Outcome:
    """What an answer means; chats that answer 200 say in the body whether they took it."""
    told = t("The answer was {status}.", status=status)
    if status in WAIT:
        return Outcome(Result.FAILED, told)
    if status in MAYBE:
        return Outcome(Result.UNKNOWN, told)
    if not 200 <= status < 300:
        return Outcome(Result.REFUSED, told)
    if chat == SLACK:
        return Outcome(Result.SENT) if said.strip() == b"ok" else Outcome(Result.REFUSED, told)
    if chat not in LATER:
        return Outcome(Result.SENT)
    try:
        answer = json.loads(said)
        code = answer.get("code", answer.get("StatusCode")) if chat == FEISHU else answer["errcode"]
    except (ValueError, KeyError, AttributeError):
        return Outcome(Result.UNKNOWN, t("The answer could not be read."))
    if code == 0:
        return Outcome(Result.SENT)
    result = Result.FAILED if code in LATER[chat] else Result.REFUSED
    return Outcome(result, t("The answer was {status}.", status=f"{status}, {code}"))
