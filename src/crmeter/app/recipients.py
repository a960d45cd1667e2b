"""Recipients of a workspace: how each is reached, what each may see, and sending to them."""

from __future__ import annotations

from collections.abc import Callable

from crmeter.app.settings import Workspace
from crmeter.app.settings.kinds import nearest
from crmeter.app.settings.workspace import RecipientSettings, reveal
from crmeter.delivery import mail, webhook
from crmeter.delivery.mail import PLAIN, MailServer
from crmeter.delivery.message import Message
from crmeter.delivery.outcome import Outcome
from crmeter.delivery.webhook import Webhook
from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.messages import t

MAIL = "mail"
HERE = ("localhost", "127.0.0.1", "::1")
Send = Callable[[Message], Outcome]


def recipient(workspace: Workspace, name: str) -> RecipientSettings:
    """A recipient by name; UserError for one that crmeter.toml does not have."""
    found = workspace.recipients.get(name)
    if found is None:
        near = nearest(name, workspace.recipients)
        raise UserError.of(
            t("There is no recipient “{name}” in crmeter.toml.", name=name),
            next=t("Did you mean “{word}”?", word=near)
            if near
            else t("Write a section [recipients.{name}] with kind and address or url.", name=name),
        )
    return found


def lacking(workspace: Workspace, whom: RecipientSettings) -> list[Problem]:
    """What is missing in the settings for this recipient to be reached."""
    found = []
    place = f"[recipients.{whom.name}]"
    if whom.kind == MAIL:
        if whom.address is None:
            found.append(Problem(t("{place} has no address.", place=place)))
        for key in ("host", "sender"):
            if getattr(workspace.mail, key) is None:
                found.append(
                    Problem(
                        t("[mail] has no {key}: without it no mail can be sent.", key=key),
                        next=t("Set it in crmeter.toml."),
                    )
                )
        host = workspace.mail.host
        if workspace.mail.encryption == PLAIN and host not in (None, *HERE, *workspace.delivery.allow_plain):
            found.append(
                Problem(
                    t("Mail would go to {host} without encryption.", host=host),
                    next=t("Set encryption to starttls or tls, or name the host in allow_plain of [delivery]."),
                )
            )
    elif whom.url is None:
        found.append(Problem(t("{place} has no url.", place=place)))
    return found


def sender(workspace: Workspace, name: str) -> Send:
    """What sends a message to a recipient; UserError where settings or secrets are missing."""
    whom = recipient(workspace, name)
    missing = lacking(workspace, whom)
    if missing:
        raise UserError(*missing)
    if whom.kind == MAIL:
        server, address = _server(workspace), str(whom.address)
        return lambda message: mail.send(server, address, message)
    hook = _hook(workspace, whom)
    return lambda message: webhook.send(hook, message)


def _server(workspace: Workspace) -> MailServer:
    own = workspace.mail
    return MailServer(
        str(own.host),
        str(own.sender),
        own.port,
        own.encryption,
        _revealed(workspace, own.user, "[mail] user"),
        _revealed(workspace, own.password, "[mail] password"),
        _certificates(workspace),
    )


def _hook(workspace: Workspace, whom: RecipientSettings) -> Webhook:
    place = f"[recipients.{whom.name}]"
    hosts = workspace.delivery
    return Webhook(
        whom.kind,
        str(_revealed(workspace, whom.url, f"{place} url")),
        _revealed(workspace, whom.secret, f"{place} secret"),
        tuple(host.casefold() for host in hosts.allow_inside),
        tuple(host.casefold() for host in hosts.allow_plain),
        _certificates(workspace),
    )


def _revealed(workspace: Workspace, setting: str | None, place: str) -> str | None:
    return None if setting is None else reveal(setting, workspace.root, place)


def _certificates(workspace: Workspace) -> str | None:
    """Further certificates that the company's own servers are known by."""
    if workspace.delivery.certificates is None:
        return None
    path = workspace.root / workspace.delivery.certificates
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError.of(t("{path} can’t be read.", path=path), why=str(error)) from None
