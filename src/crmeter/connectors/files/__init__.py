"""Export files of a folder: csv, tsv, txt, json, jsonl, parquet, xlsx, xls, and gz and zip around them."""

from crmeter.connectors.files.limits import Limits
from crmeter.connectors.files.source import FileSource

__all__ = ["FileSource", "Limits"]
