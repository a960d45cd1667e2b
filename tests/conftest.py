"""What every test gets: no network beyond this machine, the shared real data, steady property tests."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.once import Once, made_once

ROOT = Path(__file__).resolve().parents[1]
SOURCES, WORLD = ROOT / "src", ROOT / "tests" / "world"
SHARED_DATA = ROOT.parent / "shared" / "data"

# two cores shared with other work: a slow example is no failure. A build draws the same examples each time, so that it
# judges the change and not the dice; runs by hand go on looking
settings.register_profile(
    "crmeter",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize="CI" in os.environ,
)
settings.load_profile("crmeter")


class NetworkBlocked(RuntimeError):
    """A test reached for the network."""


def _is_here(host: object) -> bool:
    if host in ("", "localhost", None):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _guard() -> None:
    """Let sockets reach this machine alone."""
    connect, connect_ex, lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def allowed(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise NetworkBlocked(f"tests have no network, and one asked for {address[0]}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        allowed(self, address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        allowed(self, address)
        return connect_ex(self, address)

    def guarded_lookup(host: Any, *args: Any, **named: Any) -> Any:
        if not _is_here(host):
            raise NetworkBlocked(f"tests have no network, and one looked up {host}")
        return lookup(host, *args, **named)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_lookup  # type: ignore[assignment]


_guard()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, then the designed company's, whose files take long too, and examples of
    docstrings last: so that at the end no process waits long for the other."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, WORLD not in item.path.parents, SOURCES in item.path.parents))


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: to look for garbage in it, and that after every few
    expressions, took a tenth of all tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith("CRMETER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CRMETER_LANG", "en")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets that stands beside the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public data sets are not beside the repository (../shared/data)")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def statements_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All processes of a run remember together what they worked out, and nothing of the run before."""
    root = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str((root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "cache"))
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Folders that all test processes share; who asks first makes them."""
    return made_once(tmp_path_factory)
