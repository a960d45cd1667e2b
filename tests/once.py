"""What tests of several processes need is made once, by the first that asks for it, and changed by none."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Once = Callable[[str, Callable[[Path], object]], Path]


def made_once(basetemp: pytest.TempPathFactory) -> Once:
    """``once(name, make)``: the folder ``name`` that ``make`` filled, for this run of all processes."""
    root = basetemp.getbasetemp()
    shared = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "made-once"
    shared.mkdir(exist_ok=True)

    def once(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of one that was given up half-way
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return once
