"""Parquet files of a folder: the tables they become, and what of them is read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crmeter.connectors.parquet import ParquetSource
from crmeter.kernel.errors import UserError
from tests.connectors.parquet.lake import landed, refused, write

ORDERS = "SELECT range AS id, range % 7 AS amount FROM range({})"


def test_each_folder_and_file_is_a_table_and_parts_are_joined(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write(lake / "Customers.parquet", "SELECT 1 AS id")
    write(lake / "orders" / "year=2024" / "part-0.parquet", ORDERS.format(3))
    write(lake / "orders" / "year=2025" / "part-0.parquet", ORDERS.format(4))
    write(lake / "visits_2024-12.parquet", "SELECT 1 AS id")
    write(lake / "visits_2025-01.parquet", "SELECT 2 AS id")
    write(lake / "_temporary" / "half.parquet", "SELECT 1 AS id")
    with landed(tmp_path, "lake") as found:
        assert found.names == ["customers", "orders", "visits"]
        assert found.table("orders").rows == 7
        assert found.table("orders").columns == ("id", "amount", "year")
        assert found.rows("SELECT year, count(*) FROM raw_lake.orders GROUP BY ALL ORDER BY ALL") == [
            ("2024", 3),
            ("2025", 4),
        ]


def test_parts_of_one_table_are_named_after_their_folder(tmp_path: Path) -> None:
    for part in (
        "part-00000-1f3c9a77-20fa-4b6e-9d1c-7a2b01e4d5c6.c000.snappy",
        "part-00001-1f3c9a77-20fa-4b6e-9d1c-7a2b01e4d5c6.c000.snappy",
    ):
        write(tmp_path / "orders" / f"{part}.parquet", "SELECT 1 AS id")
    with landed(tmp_path, "orders") as found:
        assert found.names == ["orders"]
    with landed(tmp_path, "orders/*.parquet") as found:
        assert found.names == ["orders"]


def test_a_row_tells_its_file_and_number(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    write(tmp_path / "w" / "lake" / "a 'b'.parquet", ORDERS.format(3000))
    write(outside / "a 'b'.parquet", ORDERS.format(1))
    with landed(tmp_path / "w", "lake", tables={"orders": "*.parquet"}) as found:
        assert found.rows("SELECT _file, _row FROM raw_lake.orders WHERE id = 2500") == [("lake/a 'b'.parquet", 2501)]
    with landed(tmp_path / "w", str(outside)) as found:
        assert found.rows("SELECT _file, _row FROM raw_lake.a_b") == [(f"{outside}/a 'b'.parquet", 1)]


def test_what_stands_in_the_name_of_a_folder_stays_text(tmp_path: Path) -> None:
    write(tmp_path / "orders" / "shop=007" / "a.parquet", "SELECT 1 AS id")
    write(tmp_path / "orders" / "shop=__HIVE_DEFAULT_PARTITION__" / "a.parquet", "SELECT 2 AS id")
    with landed(tmp_path, "orders") as found:
        assert found.rows("SELECT shop, id FROM raw_lake.orders ORDER BY id") == [("007", 1), (None, 2)]


def test_named_tables_alone_are_read(tmp_path: Path) -> None:
    write(tmp_path / "lake" / "orders" / "a.parquet", "SELECT 1 AS id")
    write(tmp_path / "lake" / "customers.parquet", "SELECT 1 AS id")
    (tmp_path / "lake" / "broken.parquet").write_text("nothing")
    with landed(tmp_path, "lake", tables={"sales": "orders", "customers": "customers"}) as found:
        assert found.names == ["customers", "sales"]


def test_a_file_that_two_paths_lead_to_is_read_once(tmp_path: Path) -> None:
    """Twice, it would double what a mapping sums."""
    write(tmp_path / "lake" / "2025" / "orders.parquet", "SELECT 10 AS amount")
    with landed(tmp_path, "lake", "lake/2025", tables={"orders": "**/orders.parquet"}) as found:
        assert found.rows("SELECT sum(amount) FROM raw_lake.orders") == [(10,)] and found.table("orders").rows == 1
    twice = {"orders": "2025/orders.parquet", "Orders": "2025"}
    assert "One would replace the other" in str(refused(tmp_path, "lake", tables=twice))


def test_files_that_differ_are_read_by_name_and_it_is_said(tmp_path: Path) -> None:
    write(tmp_path / "orders" / "1.parquet", "SELECT 1 AS id, 'a' AS name, 5 AS amount")
    write(tmp_path / "orders" / "2.parquet", "SELECT 2.5 AS amount, 2 AS id, true AS late")
    with landed(tmp_path, "orders") as found:
        rows = found.rows("SELECT id, name, amount::DOUBLE, late, _file FROM raw_lake.orders ORDER BY id")
        assert rows == [(1, "a", 5.0, None, "orders/1.parquet"), (2, None, 2.5, True, "orders/2.parquet")]
        said = "\n".join(found.table("orders").notes)
        assert "orders/2.parquet has no column name" in said and "orders/1.parquet has no column late" in said
        assert "amount has different types in its files (DECIMAL(2,1), INTEGER)" in said


def test_no_other_file_is_readable(tmp_path: Path) -> None:
    write(tmp_path / "lake" / "orders.parquet", "SELECT 1 AS id")
    secret = write(tmp_path / "lake" / "_secret" / "s.parquet", "SELECT 2 AS id")
    with landed(tmp_path, "lake") as found:
        assert found.rows("SELECT id FROM raw_lake.orders") == [(1,)]
        for sql in (f"FROM '{secret}'", f"FROM read_parquet('{tmp_path}/lake/*.parquet')", "FROM '/etc/passwd.csv'",
                    "SET allowed_paths = ['/etc/passwd']", "LOAD httpfs", f"COPY (SELECT 1) TO '{tmp_path}/out'",
                    f"FROM read_parquet('{tmp_path}/lake/../lake/_secret/s.parquet')"):  # fmt: skip
            with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)):
                found.rows(sql)


def test_a_file_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.parquet", "SELECT 1 AS id")
    source = ParquetSource("lake", tmp_path, ("orders.parquet",))
    with duckdb.connect() as con:
        source.land(con, "raw_lake", lambda text, share: None)
        source.check()
        write(path, "SELECT 22 AS id")
        with pytest.raises(UserError, match=r"orders.parquet was changed or removed while it was being read"):
            source.check()
        path.unlink()
        with pytest.raises(UserError, match="changed or removed"):
            source.check()


REFUSED = {
    "nowhere": 'No Parquet file matches "nowhere"',
    "../lake": 'The path "../lake" holds ".."',
    "linked": 'The path "linked" leads out of the workspace',
    "with_link": "is a link to a folder",
    "one_link": "one_link/a.parquet is a link to a place outside one_link",
    "delta": 'Below "delta" lies a table of Delta Lake',
    "iceberg": 'Below "iceberg" lies a table of Apache Iceberg',
    "broken": "broken/a.parquet is no Parquet file, or it is damaged",
    "numbered": "numbered/a.parquet has a column file_row_number",
    "mixed/*.parquet": "mixed/customers.parquet and mixed/orders.parquet have few columns in common, but would be one "
    'table, "mixed"',
    "uneven/**/*.parquet": "lie in folders of different columns: uneven/b.parquet, uneven/year=2025/a.parquet",
    "odd": "odd/a[1].parquet: a file of this name is not read in place",
    "clash": 'all would become the raw table "orders"',
}


def test_what_is_refused(tmp_path: Path) -> None:
    root, one = tmp_path / "w", "SELECT 1 AS id"
    simple = ("with_link/a", "delta/a", "iceberg/data/a", "uneven/year=2025/a", "uneven/b", "odd/a[1]", "clash/orders",
              "clash/orders/a", "../outside/a")  # fmt: skip
    for name in simple:
        write(root / f"{name}.parquet", one)
    (root / "linked").symlink_to(tmp_path / "outside")
    (root / "with_link" / "more").symlink_to(tmp_path / "outside")
    (root / "one_link").mkdir()
    (root / "one_link" / "a.parquet").symlink_to(tmp_path / "outside" / "a.parquet")
    (root / "delta" / "_delta_log").mkdir()
    (root / "iceberg" / "metadata").mkdir()
    (root / "iceberg" / "metadata" / "v1.metadata.json").write_text("{}")
    (root / "broken").mkdir()
    (root / "broken" / "a.parquet").write_bytes(bytes(range(200)))
    write(root / "numbered" / "a.parquet", "SELECT 1 AS id, 2 AS file_row_number")
    write(root / "mixed" / "customers.parquet", "SELECT 1 AS customer, 'a' AS name, 'b' AS city")
    write(root / "mixed" / "orders.parquet", "SELECT 1 AS id, 1 AS customer, 2 AS amount")
    for path, said in REFUSED.items():
        error = refused(root, path)
        assert said in str(error), path
        assert all(problem.next for problem in error.problems), path
    assert "matches no file" in str(refused(root, "clash", tables={"sales": "sales"}))
