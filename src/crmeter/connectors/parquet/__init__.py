"""Parquet files that are read where they lie: in a folder, or in a bucket of a store that speaks S3."""

from crmeter.connectors.parquet.bucket import Access
from crmeter.connectors.parquet.signature import Key
from crmeter.connectors.parquet.source import ParquetSource

__all__ = ["Access", "Key", "ParquetSource"]
