"""Measuring: CPU seconds, wall time and the peak of memory of fresh processes that take turns.

A *side* is a command that does the work once and prints a JSON object as its last line: that of :func:`measured`, and
whatever it wants to say besides. Only the standard library is used, so that sides of other environments can use it too.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DATA = Path(os.environ.get("BENCH_DATA", HERE / "data")).resolve()  # what is made for a run: gigabytes for large sizes
RESULTS = Path(os.environ.get("BENCH_RESULTS", HERE / "results")).resolve()
Run = dict[str, Any]
CHILDREN = resource.RUSAGE_CHILDREN


def cpu_seconds(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def peak_megabytes() -> float:
    """Of this program alone: the peak that getrusage tells begins with that of the process it was started from."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM"))
        return float(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(run: Callable[[], Any]) -> Run:
    """One run in this process: CPU and wall seconds, what the imports took before, and the peak of memory."""
    imports, started, before = cpu_seconds(), time.perf_counter(), cpu_seconds()
    run()
    return {
        "cpu": cpu_seconds() - before,
        "wall": time.perf_counter() - started,
        "imports": imports,
        "memory": peak_megabytes(),
    }


def side(*arguments: object, python: str | Path = sys.executable) -> Run:
    """What a side says, run in a process of its own: ``side("benchmarks.panel", "--side", "ours")``."""
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [str(python), "-m", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))} failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def take_turns(sides: Mapping[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """Every side once in each round."""
    found: dict[str, list[Run]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            found[name].append(run())
    return found


def medians(runs: Mapping[str, Sequence[Run]]) -> dict[str, Run]:
    """For each side the median of each of its numbers."""
    return {
        name: {key: statistics.median(run[key] for run in each) for key in each[0]}
        for name, each in runs.items()
        if each
    }


def keep(topic: str, customers: int, found: Mapping[str, Any]) -> None:
    """Write down what was found, with the machine, the day and the versions it was found with."""
    RESULTS.mkdir(exist_ok=True)
    kept = {"customers": customers, **found, **circumstances()}
    (RESULTS / f"{topic}-{customers}.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def circumstances() -> dict[str, Any]:
    return {
        "machine": machine(),
        "measured_on": datetime.now(UTC).date().isoformat(),
        "load_average": round(os.getloadavg()[0], 1),
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in ("duckdb",)}},
    }


def machine() -> dict[str, Any]:
    """The processor, its cores, the memory and the system."""
    info = Path("/proc/cpuinfo")
    names = info.read_text("utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in names if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
    }


def environment(name: str, pins: Sequence[str]) -> Path | None:
    """Python of a virtual environment with ``pins``, made the first time; None, with the reason said, where it cannot
    be had. What a benchmark compares with is no part of what the product needs."""
    home = DATA / f"environment-{name}"
    python, stamp = home / "bin" / "python", home / "pins.txt"
    if stamp.exists() and stamp.read_text("utf-8").split("\n") == list(pins):
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *pins]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        print(f"{name} cannot be installed, so there is nothing to compare with:\n{done.stderr}", file=sys.stderr)
        return None
    stamp.write_text("\n".join(pins), "utf-8")
    return python
