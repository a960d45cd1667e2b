"""Where a webhook leads: its address is looked up once, checked, and then kept to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from crmeter.kernel.messages import t


class NotAllowed(Exception):
    """An address to which nothing is sent; its text says why, without the address's path."""


class NotFound(Exception):
    """A host whose address could not be looked up just now."""


@dataclass(frozen=True)
class Destination:
    """A URL, its host, and the one address that is spoken to."""

    url: str
    host: str
    address: str


def destination(url: str, inside: Collection[str] = (), plain: Collection[str] = ()) -> Destination:
    """Look a URL up. Only https leads anywhere, but for hosts named in ``plain``; only public addresses do, but for
    hosts named in ``inside``."""
    parts = urlsplit(url)
    host = (parts.hostname or "").casefold()
    if parts.scheme not in ("https", "http") or not host:
        raise NotAllowed(t("The address of the webhook is no address that starts with https://."))
    if parts.username or parts.password:
        raise NotAllowed(t("The address of the webhook holds a user or password."))
    if parts.scheme == "http" and host not in plain:
        raise NotAllowed(
            t("{host} would be reached without encryption; allow_plain in [delivery] allows it.", host=host)
        )
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = _addresses(host, port)
    except ValueError:
        raise NotAllowed(t("The address of the webhook is no address that starts with https://.")) from None
    except OSError as error:
        raise NotFound(t("{host} was not found: {reason}.", host=host, reason=error.strerror or error)) from None
    if host not in inside and not all(map(is_public, addresses)):
        raise NotAllowed(t("{host} is inside the company’s network; allow_inside in [delivery] allows it.", host=host))
    return Destination(url, host, addresses[0])


def _addresses(host: str, port: int) -> list[str]:
    """What a host's name leads to; an address is itself."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet.

    >>> [is_public(a) for a in ("1.1.1.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "224.0.0.1")]
    [True, False, False, False, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None:
        found = mapped
    in_six = isinstance(found, ipaddress.IPv6Address) and found in ipaddress.ip_network("64:ff9b::/96")
    return found.is_global and not found.is_multicast and not in_six
