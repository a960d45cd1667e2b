"""No test reaches beyond this machine."""

from __future__ import annotations

import socket

import pytest


def test_other_machines_cannot_be_reached_or_looked_up() -> None:
    with socket.socket(socket.AF_INET6) as unconnected:
        for reach in (
            lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
            lambda: socket.getaddrinfo("example.org", 443),
            lambda: unconnected.connect(("2001:db8::1", 80)),
        ):
            with pytest.raises(RuntimeError, match="tests have no network"):
                reach()


def test_this_machine_can() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5):
        pass
