"""The store keeps every byte of what was sealed, refuses to change it, and says plainly what is wrong with a file."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from crmeter.kernel.errors import UserError
from crmeter.store.database import MIGRATIONS, open_database, schema_of
from crmeter.store.evaluations import EvaluationStore, canonical_json
from crmeter.store.tables import SCHEMA


def evaluation(
    id: str = "2025-Q4-1", period: str = "2025-Q4", sealed_at: str = "2026-01-02T03:04:05Z"
) -> dict[str, Any]:
    return {
        "schema": 1,
        "id": id,
        "sealed_at": sealed_at,
        "period": {"name": period, "start": "2025-10-01", "end": "2026-01-01", "grain": "quarter"},
        "load": 3,
        "kpis": [{"kpi": "churn_rate.cohort", "value": 0.1 + 0.2, "name": "客戶流失率 “é” \u2028 \\ '"}],
        "seal": {"checksum": "ab" * 32},
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "app.db"


@pytest.fixture
def store(path: Path) -> EvaluationStore:
    return EvaluationStore(f"sqlite:///{path}")


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_a_document_comes_back_as_it_was(store: EvaluationStore, path: Path) -> None:
    store.add(evaluation())
    assert store.get("2025-Q4-1") == evaluation()
    with raw(path) as connection:
        assert connection.execute("SELECT document FROM evaluation").fetchall() == [(canonical_json(evaluation()),)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_canonical_text_does_not_depend_on_the_order_of_keys_and_has_no_nan() -> None:
    document = evaluation()
    turned = dict(reversed(document.items()))
    assert canonical_json(document) == canonical_json(turned) == canonical_json(json.loads(canonical_json(document)))
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"value": float("nan")})


def test_the_list_is_in_the_order_of_sealing(store: EvaluationStore) -> None:
    store.add(evaluation("2025-Q4-1", sealed_at="2026-01-02T00:00:00Z"))
    store.add(evaluation("2025-Q3-1", "2025-Q3", sealed_at="2026-01-01T00:00:00Z"))
    listed = store.list()
    assert [e.id for e in listed] == ["2025-Q3-1", "2025-Q4-1"]
    assert (listed[0].period, str(listed[0].period_end), listed[0].load) == ("2025-Q3", "2026-01-01", 3)


def test_ids_count_on_within_their_period(store: EvaluationStore) -> None:
    assert store.next_id("2025") == "2025-1"
    for id, period in [("2025-07-1", "2025-07"), ("2025-9", "2025"), ("2025-10", "2025"), ("2025-Q4-1", "2025-Q4")]:
        store.add(evaluation(id, period))
    assert store.next_id("2025") == "2025-11"
    assert store.next_id("2025-07") == "2025-07-2"
    assert store.next_id("2025-08") == "2025-08-1"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE evaluation SET document = '{}'",
        "UPDATE evaluation SET checksum = 'ff'",
        "DELETE FROM evaluation",
        "INSERT OR REPLACE INTO evaluation SELECT id, sealed_at, period, period_start, period_end, load, '{}', 'ff' "
        "FROM evaluation",
    ],
)
def test_a_sealed_evaluation_cannot_be_changed_by_sql(store: EvaluationStore, path: Path, change: str) -> None:
    store.add(evaluation())
    with raw(path) as connection, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute(change)
    assert store.get("2025-Q4-1") == evaluation()


def test_an_id_is_given_once(store: EvaluationStore) -> None:
    store.add(evaluation())
    other = evaluation()
    other["load"] = 4
    with pytest.raises(UserError, match="already an evaluation 2025-Q4-1"):
        store.add(other)
    assert store.get("2025-Q4-1")["load"] == 3


def test_an_unknown_id_names_the_nearest(store: EvaluationStore) -> None:
    with pytest.raises(UserError, match="no evaluation “2025-Q4-1”"):
        store.get("2025-Q4-1")
    store.add(evaluation())
    with pytest.raises(UserError, match="nearest is 2025-Q4-1"):
        store.get("2025-q4-1")


def test_text_that_was_cut_is_said(store: EvaluationStore, path: Path) -> None:
    store.add(evaluation())
    with raw(path) as connection:
        connection.execute("DROP TRIGGER evaluation_update")
        connection.execute("UPDATE evaluation SET document = substr(document, 1, 40)")
        connection.commit()
    with pytest.raises(UserError, match="changed after it was sealed"):
        store.get("2025-Q4-1")


def test_a_store_of_the_first_schema_migrates_and_keeps_its_rows(path: Path) -> None:
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    text = canonical_json(evaluation())
    with raw(path) as old:
        old.execute(
            "INSERT INTO evaluation VALUES ('2025-Q4-1', '', '2025-Q4', '2025-10-01', '2026-01-01', 3, ?, 'ab')", [text]
        )
        old.commit()
    store = EvaluationStore(f"sqlite:///{path}")
    assert store.get("2025-Q4-1") == evaluation()
    with raw(path) as connection, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("UPDATE evaluation SET checksum = 'ff'")


def test_the_schema_named_in_code_is_the_newest_migration(store: EvaluationStore, path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA
    assert schema_of(open_database(f"sqlite:///{path}")) == SCHEMA


def test_a_store_of_a_newer_version_is_left_alone(store: EvaluationStore, path: Path) -> None:
    with raw(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(UserError, match=r"newer version of crmeter \(schema 9999\)"):
        EvaluationStore(f"sqlite:///{path}")


def test_an_up_to_date_store_opens_without_the_migration_library(store: EvaluationStore, path: Path) -> None:
    code = (
        "import sys\nfrom crmeter.store.evaluations import EvaluationStore\n"
        f"EvaluationStore({f'sqlite:///{path}'!r}).list()\nprint('alembic' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_two_processes_make_the_same_store_at_once(path: Path) -> None:
    code = f"from crmeter.store.evaluations import EvaluationStore\nEvaluationStore({f'sqlite:///{path}'!r}).list()"
    runs = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(run.communicate()[1], run.returncode) for run in runs] == [("", 0)] * 4


def test_a_file_that_is_no_store(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("customer_id,name\n1,Ann\n" * 200)
    with pytest.raises(UserError, match="damaged or no store at all"):
        EvaluationStore(f"sqlite:///{path}")


def test_pages_overwritten_by_something_else(store: EvaluationStore, path: Path) -> None:
    for number in range(40):
        store.add(evaluation(f"2025-Q4-{number}"))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x7f" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        store.list()


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be used"):
        EvaluationStore(f"sqlite:///{tmp_path}")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="can't be opened"):
        EvaluationStore(f"sqlite:///{tmp_path}/file/app.db")


@pytest.mark.parametrize("url", ["", "nonsense", "postgresql://ann:secret@host/db", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_by_name_and_without_the_password(url: str) -> None:
    with pytest.raises(UserError, match="SQLite file") as refused:
        EvaluationStore(url)
    assert "secret" not in str(refused.value)


def test_a_disk_that_is_full_is_named(store: EvaluationStore) -> None:
    from sqlalchemy import event

    def limit(connection: Any, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1").close()  # SQLite's own word for no more room

    event.listen(store._engine, "connect", limit)
    big = evaluation()
    big["filling"] = "x" * 200_000
    with pytest.raises(UserError, match="no room on the disk"):
        store.add(big)
