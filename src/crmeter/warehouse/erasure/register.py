"""The register of erasures: who must not come back, known by keyed hashes alone.

It stands beside the warehouse, so that a warehouse put back from a backup or built anew is held to it too. Whoever has
the register and the key in it can test a guess, and nothing else; the warehouse alone tells nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from crmeter.kernel.disk import to_disk
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

NAME = "erasures.json"


@dataclass(frozen=True)
class Trace:
    """A text that is known by its hash; only texts of ``size`` bytes need be hashed to find it."""

    hash: str
    size: int


@dataclass(frozen=True)
class Entry:
    """One identifier and the pseudonym in its place; ``kind`` is the table whose key it was."""

    kind: str
    trace: Trace
    pseudonym: str
    erased_at: str  # UTC, ISO 8601
    reason: str


@dataclass(frozen=True)
class Register:
    """The identifiers that were erased, and ``traces`` of values by which raw rows of the person are known."""

    path: Path
    key: str
    entries: tuple[Entry, ...] = ()
    traces: tuple[Trace, ...] = ()

    @classmethod
    def beside(cls, warehouse: Path) -> Register:
        """The register of a warehouse; an empty one with a key of its own where there is none."""
        path = warehouse.with_name(NAME)
        try:
            told = json.loads(path.read_text("utf-8"))
            entries = tuple(Entry(**{**each, "trace": Trace(**each["trace"])}) for each in told["entries"])
            return cls(path, str(told["key"]), entries, tuple(Trace(**each) for each in told["traces"]))
        except FileNotFoundError:
            return cls(path, secrets.token_hex(16))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError.of(
                t("The register of erasures {path} cannot be read.", path=path),
                str(error),
                t("Put it back from a backup: without it, erased customers would come back."),
            ) from None

    def trace(self, text: str) -> Trace:
        """How a text is remembered."""
        return Trace(hashlib.sha256((self.key + text).encode()).hexdigest(), len(text.encode()))

    def with_entries(self, entries: Iterable[Entry], traces: Iterable[Trace]) -> Register:
        """The register with more in it."""
        return replace(self, entries=(*self.entries, *entries), traces=tuple(dict.fromkeys((*self.traces, *traces))))

    def find(self, kind: str, text: str) -> Entry | None:
        """The entry of an identifier, or of a pseudonym that stands for one."""
        trace = self.trace(text)
        return next((e for e in self.entries if e.kind == kind and (e.trace == trace or e.pseudonym == text)), None)

    def save(self) -> None:
        """Write it so that it is there whole after a power cut; nobody but its owner can read it."""
        told = {
            "key": self.key,
            "entries": [asdict(e) for e in self.entries],
            "traces": [asdict(v) for v in self.traces],
        }
        temporary = self.path.with_name(f".{NAME}.new")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)
        to_disk(self.path.parent)
