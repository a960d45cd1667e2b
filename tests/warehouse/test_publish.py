"""The warehouse is published whole or not at all, by one writer at a time, under the eyes of its readers."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from crmeter.kernel.errors import UserError
from crmeter.warehouse.publish import Unchanged, lock_down, writing


def value(path: Path) -> int:
    con = duckdb.connect(str(path), read_only=True)
    try:
        (found,) = con.execute("SELECT max(i) FROM t").fetchone() or (None,)
        return int(found)
    finally:
        con.close()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A warehouse that holds the number 1."""
    path = tmp_path / "data" / "warehouse.duckdb"
    with writing(path) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS i")
    return path


def child(code: str, path: Path, *, wait: bool = True) -> subprocess.Popen[str]:
    """A process that runs ``code`` with ``path`` and ``writing`` at hand."""
    head = f"""
    import os, resource, signal, sys
    from pathlib import Path
    from crmeter.kernel.errors import UserError
    from crmeter.warehouse.publish import writing
    path = Path({str(path)!r})
    """
    text = textwrap.dedent(head) + textwrap.dedent(code)
    process = subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if wait:
        process.wait(60)
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_success_is_published_and_leaves_nothing_beside(published: Path) -> None:
    with writing(published) as con:
        con.execute("INSERT INTO t VALUES (2)")
        assert value(published) == 1  # not before the end
    assert value(published) == 2
    assert sorted(p.name for p in published.parent.iterdir()) == ["warehouse.duckdb", "warehouse.duckdb.lock"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, Unchanged])
def test_an_error_leaves_the_published_file_as_it_was(published: Path, error: type[BaseException]) -> None:
    before = published.read_bytes()
    try:
        with writing(published) as con:
            con.execute("INSERT INTO t SELECT range FROM range(100000)")
            raise error
    except error:
        assert error is not Unchanged, "leaving unchanged is no error"
    assert published.read_bytes() == before
    assert sorted(p.name for p in published.parent.iterdir()) == ["warehouse.duckdb", "warehouse.duckdb.lock"]


def test_readers_keep_the_file_they_opened(published: Path) -> None:
    code = """
    import duckdb
    con = duckdb.connect(str(path), read_only=True)
    print(con.execute("SELECT max(i) FROM t").fetchone()[0], flush=True)
    input()
    print(con.execute("SELECT max(i) FROM t").fetchone()[0], flush=True)
    """
    reader = child(code, published, wait=False)
    assert reader.stdin and reader.stdout
    assert reader.stdout.readline() == "1\n"
    with writing(published) as con:
        con.execute("INSERT INTO t VALUES (2)")
    assert value(published) == 2
    assert reader.communicate("\n")[0] == "1\n"


def test_a_second_writer_is_told_who_writes(published: Path) -> None:
    writer = child("with writing(path) as con:\n    print('writing', flush=True)\n    input()", published, wait=False)
    try:
        assert writer.stdout and writer.stdout.readline() == "writing\n"
        with pytest.raises(UserError, match=f"Process {writer.pid} is writing"), writing(published):
            pass
    finally:
        end(writer)
    with writing(published) as con:  # the lock went with its holder
        con.execute("INSERT INTO t VALUES (3)")
    assert value(published) == 3


def test_what_a_killed_writer_left_is_removed_by_the_next(published: Path) -> None:
    code = """
    with writing(path) as con:
        con.execute('INSERT INTO t VALUES (2)')
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = child(code, published)
    end(killed)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(published.parent.iterdir())) > 2, "the killed writer should have left its copy"
    assert value(published) == 1
    with writing(published) as con:
        con.execute("INSERT INTO t VALUES (3)")
    assert sorted(p.name for p in published.parent.iterdir()) == ["warehouse.duckdb", "warehouse.duckdb.lock"]


@pytest.mark.parametrize("room", [10_000, 3_000_000])
def test_a_full_disk_is_one_clear_message(published: Path, room: int) -> None:
    """A limit on the size of files stands for the disk: the first stops the copy, the second the engine."""
    code = f"""
    resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, resource.RLIM_INFINITY))
    try:
        with writing(path) as con:
            con.execute("CREATE TABLE u AS SELECT hash(range) AS h FROM range(5000000)")
    except UserError as error:
        print(len(error.problems), error)
    """
    before = published.read_bytes()
    full = child(code, published)
    said = full.communicate()[0]
    assert full.returncode == 0
    assert said.startswith("1 The disk that holds"), said
    assert published.read_bytes() == before
    assert not list(published.parent.glob(".*"))


def test_a_damaged_warehouse_and_a_folder_in_its_place_are_said(published: Path) -> None:
    published.write_bytes(b"no database" * 1000)
    with pytest.raises(UserError, match="cannot be opened"), writing(published):
        pass
    assert published.read_bytes().startswith(b"no database")
    published.unlink()
    published.mkdir()
    with pytest.raises(UserError, match="cannot be written"), writing(published):
        pass


def test_locked_down_no_sql_reaches_out(published: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    probes = [
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM '{secret}'",
        f"COPY t TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '1GB'",
    ]
    with writing(published) as con:
        lock_down(con)
        for probe in probes:
            with pytest.raises(duckdb.Error):
                con.execute(probe)
        con.execute("INSERT INTO t VALUES (2)")
    assert value(published) == 2
    assert not (tmp_path / "out.csv").exists()


def test_names_of_this_program_are_no_tables(published: Path) -> None:
    rows = duckdb.connect().execute("SELECT 1 AS i").fetchnumpy()
    assert rows
    with pytest.raises(duckdb.CatalogException), writing(published) as con:
        con.execute("SELECT * FROM rows")


def test_limits_are_those_of_this_machine() -> None:
    """The test of the full disk rests on this: the signal of the limit is ignored, so that the write fails instead."""
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    assert os.name == "posix"
