"""Signatures, held against those that Amazon publishes."""

from __future__ import annotations

from datetime import UTC, datetime

from crmeter.connectors.parquet.signature import Key, query, signed

# Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header", its examples
KEY = Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
AT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = {"host": "examplebucket.s3.amazonaws.com"}


def _signature(headers: dict[str, str]) -> str:
    return headers["Authorization"].rpartition("Signature=")[2]


def test_part_of_an_object() -> None:
    headers = signed(KEY, "us-east-1", "/test.txt", "", {**HOST, "range": "bytes=0-9"}, AT)
    assert _signature(headers) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," in headers["Authorization"]


def test_list_of_objects() -> None:
    asked = query({"prefix": "J", "max-keys": "2"})
    headers = signed(KEY, "us-east-1", "/", asked, HOST, AT)
    assert _signature(headers) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"


def test_a_key_is_not_shown() -> None:
    assert KEY.secret not in repr(KEY)
