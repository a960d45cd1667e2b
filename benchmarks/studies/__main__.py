"""Run studies and keep what they found: python -m benchmarks.studies TOPIC [TOPIC ...]."""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: small arrays are faster without threads

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results" / "studies"


def main(topics: list[str]) -> int:
    """0 where every topic was run; 2 where there is no such topic, with those there are."""
    there = sorted(path.stem for path in HERE.glob("[!_]*.py"))
    unknown = [topic for topic in topics if topic not in there]
    if unknown or not topics:
        print(f"Topics: {', '.join(there)}", file=sys.stderr)
        return 2
    for topic in topics:
        began = time.process_time()
        found = import_module(f"benchmarks.studies.{topic}").study()
        found = {**found, "cpu_seconds": round(time.process_time() - began, 1)}
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{topic}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(topic, json.dumps(found, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
