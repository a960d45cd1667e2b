"""Parquet files in a bucket, read from a server on this machine that checks every signature."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from crmeter.connectors.parquet import Access
from crmeter.connectors.parquet import bucket as bucket_module
from crmeter.kernel.errors import UserError
from tests.connectors.parquet.lake import access, body, landed, refused
from tests.s3_server import S3, serving

PATH = "s3://crm/lake"


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3]:
    orders = body(tmp_path, "SELECT range AS id, range % 7 AS amount, repeat('x', 90) AS note FROM range(20000)")
    more = body(tmp_path, "SELECT 90000 AS id, 1 AS amount, '' AS note")
    objects = {
        "lake/orders/year=2024/part 1+ü [a]*?b=1.parquet": orders,
        "lake/orders/year=2025/part-0.parquet": more,
        "lake/customers.parquet": body(tmp_path, "SELECT 1 AS id"),
        "lake/": b"",
        "lake/orders/_SUCCESS": b"",
        "lake_old/orders.parquet": body(tmp_path, "SELECT 1 AS other"),
    }
    with serving(S3(buckets={"crm": objects}, page=2)) as found:
        yield found


@pytest.mark.parametrize("encodes", [True, False])
def test_tables_of_a_bucket(tmp_path: Path, s3: S3, encodes: bool) -> None:
    s3.encodes = encodes
    with landed(tmp_path, PATH, access=access(s3)) as found:
        assert found.names == ["customers", "orders"]
        assert found.table("orders").rows == 20001
        rows = found.rows(
            "SELECT year, count(*), sum(amount), min(_file), max(_row) FROM raw_lake.orders GROUP BY ALL ORDER BY 1"
        )
    one, other = (
        "s3://crm/lake/orders/year=2024/part 1+ü [a]*?b=1.parquet",
        "s3://crm/lake/orders/year=2025/part-0.parquet",
    )
    assert rows == [("2024", 20000, 59997, one, 20000), ("2025", 1, 1, other, 1)]  # 2,857 weeks of 21, and no more
    assert {status for _, _, status in s3.seen} == {200, 206}


def test_only_the_parts_that_are_needed_are_read(tmp_path: Path, s3: S3) -> None:
    with landed(tmp_path, PATH, access=access(s3)) as found:
        s3.seen.clear()
        s3.sent = 0
        assert found.rows("SELECT sum(amount) FROM raw_lake.orders WHERE id < 100 AND year = '2024'") == [
            (295,)
        ]  # 14 weeks of 21, then 0 and 1
        assert not [path for _, path, _ in s3.seen if "2025" in path]
        assert 0 < s3.sent < 30_000 < len(s3.buckets["crm"]["lake/orders/year=2024/part 1+ü [a]*?b=1.parquet"])


def test_no_other_object_or_host_is_reached(tmp_path: Path, s3: S3) -> None:
    with landed(tmp_path, PATH, access=access(s3)) as found:
        s3.seen.clear()
        for path in ("s3-lake://crm/lake_old/orders.parquet", "s3-lake://crm/lake/*.parquet", "s3://crm/lake/customers.parquet",
                     f"http://{s3.endpoint}/crm/lake/customers.parquet"):  # fmt: skip
            with pytest.raises(duckdb.PermissionException):
                found.rows(f"FROM read_parquet('{path}')")
        assert s3.seen == []


def test_a_redirect_is_not_followed(tmp_path: Path, s3: S3) -> None:
    with serving(replace(s3, seen=[], moved={})) as other:
        s3.moved["/crm/lake/customers.parquet"] = f"http://{other.endpoint}/crm/lake/customers.parquet"
        error = refused(tmp_path, "s3://crm/lake/customers.parquet", access=access(s3))
        s3.moved["/crm/"] = f"http://{other.endpoint}/crm/"
        listed = refused(tmp_path, PATH, access=access(s3))
        assert other.seen == []
    for each in (error, listed):
        assert "sends us on to another address" in str(each)


def test_public_buckets_and_lent_keys(tmp_path: Path, s3: S3) -> None:
    s3.token = "lent"
    with landed(tmp_path, PATH, access=access(s3, token="lent")) as found:
        assert found.rows("SELECT count(*) FROM raw_lake.customers") == [(1,)]
    assert "does not accept the key" in str(refused(tmp_path, PATH, access=access(s3)))
    s3.public.add("crm")
    with landed(tmp_path, PATH, access=Access(f"http://{s3.endpoint}")) as found:
        assert found.rows("SELECT count(*) FROM raw_lake.customers") == [(1,)]


def test_an_object_that_changes_meanwhile_is_noticed(tmp_path: Path, s3: S3) -> None:
    key = "lake/orders/year=2024/part 1+ü [a]*?b=1.parquet"
    with landed(tmp_path, PATH, access=access(s3)) as found:
        s3.buckets["crm"][key] = s3.buckets["crm"][key][:-1] + b"2"
        with pytest.raises(duckdb.Error):
            found.rows("SELECT sum(amount) FROM raw_lake.orders")
        with pytest.raises(UserError, match=r"part 1.* was changed or removed while it was being read"):
            found.source.check()


def test_one_that_changes_is_noticed_where_the_store_heeds_no_conditions(tmp_path: Path, s3: S3) -> None:
    """By what is said of the part that comes: its ETag, and the size of the whole."""
    key = "lake/orders/year=2024/part 1+ü [a]*?b=1.parquet"
    s3.heeds_if_match = False
    for changed in (s3.buckets["crm"][key][:-1] + b"2", s3.buckets["crm"][key] + b"PAR1"):
        with landed(tmp_path, PATH, access=access(s3)) as found:
            kept, s3.buckets["crm"][key] = s3.buckets["crm"][key], changed
            with pytest.raises(duckdb.Error):
                found.rows("SELECT sum(amount) FROM raw_lake.orders")
            with pytest.raises(UserError, match="was changed or removed while it was being read"):
                found.source.check()
            s3.buckets["crm"][key] = kept


def test_an_object_that_is_said_to_be_packed_is_read_as_it_lies(tmp_path: Path, s3: S3) -> None:
    """Programs that put one there may say so of a file that nobody packed."""
    s3.packed = True
    with landed(tmp_path, PATH, access=access(s3)) as found:
        assert found.rows("SELECT count(*) FROM raw_lake.orders") == [(20001,)]


@pytest.mark.parametrize("goes_on", ["never", "again"])
def test_a_list_of_which_only_a_part_comes_is_refused(tmp_path: Path, s3: S3, goes_on: str) -> None:
    """A part of the objects would be a part of the rows."""
    s3.goes_on = goes_on
    assert "lists only a part of the bucket" in str(refused(tmp_path, PATH, access=access(s3)))


def test_what_a_store_refuses(tmp_path: Path, s3: S3, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    right = access(s3)
    s3.buckets["crm"]["lake/broken.parquet"] = b"nothing"
    s3.denied.add("locked")
    s3.buckets["locked"] = {}
    said = {
        "does not accept the key of source “lake”": refused(
            tmp_path, PATH, access=access(s3, secret="wrong-and-secret")
        ),
        "answered 403 InvalidAccessKeyId": refused(tmp_path, PATH, access=access(s3, id="OTHER")),
        'Write region = "eu-test-1"': refused(tmp_path, PATH, access=replace(right, region="us-east-1")),
        "There is no bucket “other”": refused(tmp_path, "s3://other/lake", access=right),
        "does not let us read s3://locked/": refused(tmp_path, "s3://locked/lake", access=right),
        'No Parquet file matches "s3://crm/nothing"': refused(tmp_path, "s3://crm/nothing", access=right),
        "s3://crm/lake/broken.parquet is no Parquet file": refused(tmp_path, PATH, access=right),
        'The path "s3:///lake" names no bucket': refused(tmp_path, "s3:///lake", access=right),
        'The path "oss://crm/lake" names no bucket': refused(tmp_path, "oss://crm/lake", access=right),
    }
    for text, error in said.items():
        assert text in str(error), text
        assert all(problem.next for problem in error.problems), text
        for secret in (s3.secret_key, "wrong-and-secret"):
            assert secret not in str(error) + caplog.text


def test_a_store_that_is_not_there(tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_module, "_PAUSE", 0)
    nobody = replace(access(s3), endpoint="http://127.0.0.1:1")
    assert "127.0.0.1:1 is not reached" in str(refused(tmp_path, PATH, access=nobody))
    s3.busy = 2  # answers that it is busy twice, then as ever
    with landed(tmp_path, PATH, access=access(s3)) as found:
        assert found.names == ["customers", "orders"]
    s3.busy = 100
    assert "answered 503 SlowDown" in str(refused(tmp_path, PATH, access=access(s3)))


def test_a_server_that_is_no_store(tmp_path: Path, s3: S3) -> None:
    s3.says["/crm/"] = b"<html>Sign in</html>"
    assert "does not answer as a store of objects" in str(refused(tmp_path, PATH, access=access(s3)))
    s3.says["/crm/"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><ListBucketResult>&a;</ListBucketResult>'
    assert "does not answer as a store of objects" in str(refused(tmp_path, PATH, access=access(s3)))
    s3.says.clear()
    s3.parts = False
    assert "does not give the part of lake/customers.parquet" in str(
        refused(tmp_path, f"{PATH}/customers.parquet", access=access(s3))
    )


def test_a_missing_library_is_said(tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert "pip install 'crmeter[s3]'" in str(refused(tmp_path, PATH, access=access(s3)))
