"""Reads Excel and Parquet files in a process of its own, so that a hostile or damaged one can't take ours with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import crmeter
from crmeter.connectors.files.archive import damaged
from crmeter.connectors.files.limits import MIB, Limits
from crmeter.connectors.files.piece import Readable
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

Answer = dict[str, Any]


def read_in_child(kind: str, file: Readable, target: Path, limits: Limits) -> list[Answer]:
    """What ``kind`` ("excel" or "parquet") finds in ``file``, its rows written below the folder ``target``."""
    request = {
        "kind": kind,
        "path": str(file.path),
        "target": str(target),
        "cells": limits.cells,
        "bytes": limits.child_bytes,
        "seconds": limits.child_seconds,
    }
    source = str(Path(crmeter.__file__).parent.parent)
    paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=limits.child_seconds,
            env={**_surroundings(), "PYTHONPATH": os.pathsep.join(paths)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much(file.label, limits) from None
    if done.returncode:
        raise _died(file.label, done, limits)
    answer: Answer = json.loads(done.stdout)
    if "fault" in answer:
        raise _refused(file.label, str(answer["fault"]), limits)
    return list(answer["found"])


def _surroundings() -> dict[str, str]:
    """What a Python needs of the environment, and none of the secrets that may stand there."""
    needed = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in needed if name in os.environ}


# What Python, Rust and zlib say when the limit is reached, depending on who asked for the memory last.
_OUT_OF_MEMORY = ("MemoryError", "memory allocation", "allocate memory", "MemError")


def _died(label: str, done: subprocess.CompletedProcess[bytes], limits: Limits) -> Exception:
    """Out of memory or time ends the process; any other failure is ours and keeps its traceback."""
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode < 0 or any(words in said for words in _OUT_OF_MEMORY):
        return _too_much(label, limits)
    return RuntimeError(f"reading {label} failed:\n{said}")


def _too_much(label: str, limits: Limits) -> UserError:
    return UserError.of(
        t(
            "{file} takes more than {seconds} seconds or {size} MB of memory to read, or is damaged.",
            file=label,
            seconds=limits.child_seconds,
            size=limits.child_bytes // MIB,
        ),
        t("Reading was stopped; nothing of it was loaded."),
        t("Export it as csv, or split it into smaller files."),
    )


def _refused(label: str, fault: str, limits: Limits) -> UserError:
    match fault:
        case "password":
            return UserError.of(
                t("{file} is protected by a password.", file=label), next=t("Save it again without a password.")
            )
        case "cells":
            return UserError.of(
                t("{file} has a sheet of more than {count} cells.", file=label, count=limits.cells),
                next=t("Export it as csv, or split it into smaller files."),
            )
        case "memory":
            return _too_much(label, limits)
        case _:
            return damaged(label)


def _limit(request: Answer) -> None:
    try:
        import resource
    except ImportError:  # Windows has none: the time limit and the checks before remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (request["bytes"], request["bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"], request["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    from crmeter.connectors.files import excel, parquet

    request: Answer = json.load(sys.stdin)
    _limit(request)
    read = excel.read_book if request["kind"] == "excel" else parquet.rewrite
    try:
        answer: Answer = {"found": read(Path(request["path"]), Path(request["target"]), request)}
    except excel.UnreadableError as error:
        answer = {"fault": str(error)}
    except MemoryError:
        answer = {"fault": "memory"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _main()
