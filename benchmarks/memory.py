"""The panel under a bound of memory: whether it finishes, and what is said where the bound is too small.

    python -m benchmarks.memory [--customers 1000000] [--megabytes 300]

The bound is that of ``memory`` under ``[engine]``: what DuckDB may hold; what is more goes to the disk. Python, its
libraries and the results are not part of it, but of the peak.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import harness, panel
from benchmarks.warehouses import warehouse_of

TOO_SMALL = 4  # megabytes


def bounded(path: Path, megabytes: int) -> dict[str, Any]:
    """The panel in this process; ``said`` is empty where it finished, else the error."""
    from crmeter.kernel.errors import UserError

    said: list[str] = []

    def run() -> None:
        try:
            panel.ours(path, memory=megabytes * 1_000_000)()
        except UserError as error:
            said.extend(problem.what for problem in error.problems)

    return {"megabytes": megabytes, **harness.measured(run), "said": " ".join(said)}


def measured(path: Path, megabytes: int) -> dict[str, Any]:
    bounds = {"bounded": megabytes, "too small": TOO_SMALL}
    arguments = ("benchmarks.memory", "--warehouse", path, "--megabytes")
    return {"runs": {name: harness.side(*arguments, size) for name, size in bounds.items()}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--warehouse", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.warehouse:
        print(json.dumps(bounded(asked.warehouse, asked.megabytes)))
        return 0
    found = measured(warehouse_of(asked.customers), asked.megabytes)
    print(json.dumps(found, indent=1))
    harness.keep("memory", asked.customers, found)
    return 1 if found["runs"]["bounded"]["said"] else 0


if __name__ == "__main__":
    sys.exit(main())
