"""What a command does not load: libraries that cost a second and that it does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("pandas", "pyarrow", "scipy", "polars", "sklearn", "ibis.backends.sql.compilers.trino")


def test_measuring_loads_no_library_of_analysis(loaded: Path) -> None:
    """They are installed here, and DuckDB would import pandas at the first value that is bound."""
    program = (
        "import sys; from crmeter.cli.main import run; "
        f"assert run(['kpi', 'revenue', '--period', '2025-Q3', '-C', {str(loaded)!r}]) == 0; "
        f"print(*(m for m in {HEAVY} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "350" in done.stdout
    assert done.stdout.splitlines()[-1] == ""


def test_what_was_asked_before_is_measured_without_what_writes_sql(loaded: Path) -> None:
    """Another command of the same user wrote the SQL: nobody imports the libraries that do."""
    program = (
        "import sys; from crmeter.cli.main import run; "
        f"assert run(['kpi', 'revenue', '--period', '2025-W30', '-C', {str(loaded)!r}]) == 0; "
        "print(*(m for m in ('ibis', 'sqlglot') if m in sys.modules))"
    )
    asked = [
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.splitlines()
        for _ in range(2)
    ]
    assert asked[0][:-1] == asked[1][:-1]
    assert asked[1][-1] == ""


def test_nothing_that_was_typed_is_kept_for_the_next_command(loaded: Path, tmp_path: Path) -> None:
    """What a filter asks for may be the name of a person, who may want to be forgotten."""
    program = "from crmeter.cli.main import main; main()"
    asked = ["kpi", "revenue", "--period", "2025-Q3", "-C", str(loaded)]
    codes = []
    for given in ([], ["--where", "customer.segment = 'vip'"], ["--where", "customer.segment = 'vipp'"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *asked, *given],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
            capture_output=True,
        )
        codes.append(done.returncode)
    assert codes == [0, 0, 1]
    [file] = (tmp_path / "crmeter").glob("statements-*.sqlite")
    kept = file.read_bytes()
    assert b"SELECT" in kept
    assert b"'vip" not in kept
