"""The designed company as Parquet files that are read in place, half of them in a bucket: what is believed, and what is
refused, is what its export files give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from tests.s3_server import S3, serving
from tests.world.rows import FOLDER, read
from tests.world.workspace import SETTINGS, select

IN_BUCKET = ("order", "case", "survey_response", "subscription")
FILES = '[sources.company]\nkind = "files"\npath = "exports/*.csv"\n'
LAKE = """[sources.company]
kind = "parquet"
path = ["lake", "s3://designed/company"]
endpoint = "http://{endpoint}"
region = "{region}"
access_key = "env:LAKE_KEY"
secret_key = "env:LAKE_SECRET"
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, S3]]:
    """A workspace of Parquet files and objects, loaded; orders in folders by the length of their key."""
    root = tmp_path_factory.mktemp("lake")
    bucket: dict[str, bytes] = {}
    with duckdb.connect() as con, pytest.MonkeyPatch.context() as patch:
        for path in FOLDER.glob("*.csv"):
            rows = f"(SELECT * FROM read_csv('{path}', all_varchar = true))"
            folder = root / ("objects" if path.stem in IN_BUCKET else "lake")
            folder.mkdir(exist_ok=True)
            parts = ", PARTITION_BY (part)" if path.stem == "order" else ""
            more = ", length(order_id) % 2 AS part" if path.stem == "order" else ""
            target = folder / path.stem if parts else folder / f"{path.stem}.parquet"
            con.execute(f"COPY (SELECT *{more} FROM {rows}) TO '{target}' (FORMAT parquet{parts})")
            mapping = root / "mappings" / "company" / f"{path.stem}.sql"
            mapping.parent.mkdir(parents=True, exist_ok=True)
            mapping.write_text(select(path.stem, read(path.stem)[0]), "utf-8")
        for path in (root / "objects").rglob("*.parquet"):
            bucket[f"company/{path.relative_to(root / 'objects').as_posix()}"] = path.read_bytes()
        with serving(S3(buckets={"designed": bucket})) as s3:
            patch.setenv("LAKE_KEY", s3.access_key)
            patch.setenv("LAKE_SECRET", s3.secret_key)
            settings = SETTINGS.replace(FILES, LAKE.format(endpoint=s3.endpoint, region=s3.region))
            (root / "crmeter.toml").write_text(settings, "utf-8")
            workspace = open_workspace(root, {})
            ingest(workspace)
            yield workspace, s3


def _rows(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every believed row without its place, and the quarantine without files and rows."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")
                  .fetchall()]  # fmt: skip
        found = {
            name: con.execute(
                f"SELECT COLUMNS(c -> NOT starts_with(c, '_')) FROM main.\"{name}\" ORDER BY ALL"
            ).fetchall()
            for name in tables
        }
        found["quarantine"] = con.execute(
            'SELECT "table", "column", value, reason FROM meta.quarantine ORDER BY ALL'
        ).fetchall()
        return found


def test_same_rows_as_from_export_files(lake: tuple[Workspace, S3], workspace: Workspace) -> None:
    found, wanted = _rows(lake[0].warehouse), _rows(workspace.warehouse)
    assert sum(map(len, wanted.values())) > 300
    assert found == wanted


def test_nothing_raw_is_kept(lake: tuple[Workspace, S3]) -> None:
    with duckdb.connect(str(lake[0].warehouse), read_only=True) as con:
        assert con.execute(
            "SELECT count(*) FROM duckdb_schemas() WHERE starts_with(schema_name, 'raw_')"
        ).fetchone() == (0,)
        assert con.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone() == (0,)
        places = {name for (name,) in con.execute('SELECT DISTINCT _file FROM main."order"').fetchall()}
    assert places <= {f"s3://designed/company/order/part={part}/data_0.parquet" for part in (0, 1)} and places


def test_no_secret_is_written_down(lake: tuple[Workspace, S3]) -> None:
    workspace, s3 = lake
    assert s3.secret_key.encode() not in workspace.warehouse.read_bytes()
    assert s3.secret_key not in repr(workspace)


def test_only_the_folder_was_listed_and_its_objects_read(lake: tuple[Workspace, S3]) -> None:
    _, s3 = lake
    assert {status for _, _, status in s3.seen} == {200, 206}
    assert all("prefix=company%2F" in path or path.startswith("/designed/company/") for _, path, _ in s3.seen)
