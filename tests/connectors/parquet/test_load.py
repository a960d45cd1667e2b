"""Loads of a source that is read in place: what is refused names its file and row, and nothing raw stays behind."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crmeter.app import erasing
from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace
from crmeter.kernel.errors import UserError
from tests.connectors.parquet.lake import write

SETTINGS = """[workspace]
currency = "TWD"
timezone = "Asia/Taipei"
[sources.lake]
kind = "parquet"
path = "lake"
"""
MAPPINGS = {
    "customer": "SELECT id AS customer_id, name FROM customers",
    "order": "SELECT id AS order_id, customer AS customer_id, ordered AS ordered_at, amount, "
    "'TWD' AS currency, 'sale' AS kind FROM orders "
    "WHERE year >= '2024'",
}
CUSTOMERS = "SELECT * FROM (VALUES ('C17', 'Ann Li'), ('C18', 'Bo Wu')) AS t(id, name)"
ORDERS = (
    "SELECT * FROM (VALUES (1, 'C17', TIMESTAMPTZ '2024-05-31 17:00:00Z', 100::DECIMAL(9, 2)), "
    "(2, 'C18', TIMESTAMPTZ '2024-06-02 01:00:00Z', -5), (3, 'C18', TIMESTAMPTZ '2024-06-03 01:00:00Z', 7.25)) "
    "AS t(id, customer, ordered, amount)"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "crmeter.toml").write_text(SETTINGS, "utf-8")
    for table, sql in MAPPINGS.items():
        path = tmp_path / "mappings" / "lake" / f"{table}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sql, "utf-8")
    write(tmp_path / "lake" / "customers.parquet", CUSTOMERS)
    write(tmp_path / "lake" / "orders" / "year=2024" / "a.parquet", ORDERS)
    old = write(tmp_path / "lake" / "orders" / "year=2023" / "a.parquet", ORDERS)
    content = bytearray(old.read_bytes())
    content[4:40] = bytes(36)  # its rows are damaged, but no mapping asks for them
    old.write_bytes(content)
    return open_workspace(tmp_path, {})


def test_a_load_and_the_next(workspace: Workspace) -> None:
    first = ingest(workspace)
    counts = {count.table: (count.read, count.accepted, count.quarantined) for count in first.tables}
    assert counts == {"customer": (2, 2, 0), "order": (3, 2, 1)}
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        lines = con.execute('SELECT file, "row", "column", value FROM meta.quarantine').fetchall()
        days = con.execute(
            'SELECT order_id, ordered_on::VARCHAR, amount::VARCHAR FROM main."order" ORDER BY 1'
        ).fetchall()
    assert lines == [("lake/orders/year=2024/a.parquet", 2, "amount", "-5.00")]
    assert days == [("1", "2024-06-01", "100.0000"), ("3", "2024-06-03", "7.2500")]  # in Taipei
    assert not ingest(workspace).is_new
    found = erasing.plan(workspace, "C17")
    assert found["sources"] == ["lake/customers.parquet", "lake/orders/year=2024/a.parquet"]


def test_what_a_mapping_needs_and_files_lack_is_said(workspace: Workspace) -> None:
    mapping = workspace.root / "mappings" / "lake" / "order.sql"
    mapping.write_text(MAPPINGS["order"].replace("amount", "amont AS amount"), "utf-8")
    with pytest.raises(UserError, match=r'no column "amont"[\s\S]*amount'):
        ingest(workspace)
    mapping.write_text(MAPPINGS["order"].replace("2024", "2020"), "utf-8")
    with pytest.raises(UserError, match=r"lake/orders/year=2023/a\.parquet is no Parquet file, or it is damaged"):
        ingest(workspace)
    assert not workspace.warehouse.exists()
