"""What is remembered on the disk, and what is not trusted there."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmeter.kernel import remembered as subject
from crmeter.kernel.expressions import Private
from crmeter.kernel.remembered import lasting, place, remembered, write
from crmeter.warehouse.sql import declared, to_sql


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A place of its own, and a process that knows nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("_known", "_fresh", "_connections"):
        monkeypatch.setattr(subject, name, {})
    yield
    for con in filter(None, subject._connections.values()):
        con.close()


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on as another process would."""
    write()
    monkeypatch.setattr(subject, "_known", {})


def never() -> str:
    raise AssertionError("this was known")


def test_an_answer_is_worked_out_once_whatever_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert remembered("sql", "a", lambda: "SELECT 1") == "SELECT 1"
    assert remembered("sql", "a", never) == "SELECT 1"
    forget(monkeypatch)
    assert remembered("sql", "a", never) == "SELECT 1"
    assert remembered("columns", "a", lambda: "x") == "x"  # another question about the same


def test_what_is_private_stays_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert remembered("sql", "a", lambda: "SELECT 'Ann'", private=True) == "SELECT 'Ann'"
    assert remembered("sql", "a", never, private=True) == "SELECT 'Ann'"
    forget(monkeypatch)
    assert remembered("sql", "a", lambda: "anew", private=True) == "anew"
    file = place()
    assert file is None or not file.exists() or b"Ann" not in file.read_bytes()


def test_a_damaged_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered("sql", "a", lambda: "SELECT 1")
    forget(monkeypatch)
    file = place()
    assert file
    with sqlite3.connect(file) as con:
        con.execute("UPDATE answer SET answer = 'SELECT 2'")
    con.close()
    assert remembered("sql", "a", lambda: "SELECT 1") == "SELECT 1"


def test_a_file_that_is_no_database_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    file = place()
    assert file
    file.parent.mkdir(parents=True)
    file.write_bytes(b"nothing of ours" * 100)
    file.chmod(0o600)
    assert remembered("sql", "a", lambda: "SELECT 1") == "SELECT 1"
    monkeypatch.setattr(subject, "_connections", {})
    assert remembered("sql", "b", lambda: "SELECT 2") == "SELECT 2"
    forget(monkeypatch)
    assert remembered("sql", "b", never) == "SELECT 2"


def test_a_file_that_others_may_write_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered("sql", "a", lambda: "SELECT 1")
    forget(monkeypatch)
    file = place()
    assert file
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o622)
    monkeypatch.setattr(subject, "_connections", {})
    assert remembered("sql", "a", lambda: "worked out") == "worked out"


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))  # no folder can be made in it
    assert remembered("sql", "a", lambda: "SELECT 1") == "SELECT 1"
    forget(monkeypatch)
    assert remembered("sql", "a", lambda: "again") == "again"


def test_another_program_remembers_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    here = place()
    subject._program.cache_clear()
    monkeypatch.setattr(subject, "version", lambda name: "9.9")
    assert place() != here
    subject._program.cache_clear()


def test_a_process_that_ends_leaves_what_it_worked_out(tmp_path: Path) -> None:
    program = "from crmeter.kernel.remembered import remembered; print(remembered('sql', 'a', lambda: input()))"
    run = [sys.executable, "-c", program]
    for said in ("SELECT 1\n", "SELECT 2\n"):
        done = subprocess.run(run, input=said, env=os.environ.copy(), capture_output=True, text=True, check=True)
        assert done.stdout == "SELECT 1\n"


def test_every_module_that_writes_what_is_kept_is_part_of_the_program() -> None:
    """Else an answer of an earlier text of it would be believed."""
    root = Path(subject.__file__).parent.parent
    asking = re.compile(r"\b(?:remembered|written_of)\(")
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if asking.search(path.read_text("utf-8"))}
    assert found <= {*subject.PROGRAM}
    assert "warehouse/folds.py" in subject.PROGRAM  # which writes for one of them


@pytest.mark.parametrize("name", subject.PROGRAM)
def test_another_text_of_the_program_remembers_elsewhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, text = place(), Path.read_bytes
    subject._program.cache_clear()
    changed = Path(subject.__file__).parent.parent / name
    monkeypatch.setattr(Path, "read_bytes", lambda self: text(self) + (b"#" if self == changed else b""))
    assert place() != here
    subject._program.cache_clear()


def test_sql_is_kept_where_nobody_can_have_typed_something_into_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = declared("customer", {"customer_id": "VARCHAR"})
    to_sql(rows.filter(rows.customer_id == "Ann"))  # of an analysis: who she is stays in the process
    with lasting():
        to_sql(rows.filter(rows.customer_id == Private("Bob")))
        to_sql(rows.filter(rows.customer_id == "kept"))
    write()
    file = place()
    assert file
    written = file.read_bytes()
    assert (b"'Ann'" in written, b"'Bob'" in written, b"'kept'" in written) == (False, False, True)
