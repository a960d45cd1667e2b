"""Certified values with their definitions, as tables for other programs: Parquet, CSV and a workbook."""

from crmeter.reports.publication.publication import Publication, Table

__all__ = ["Publication", "Table"]
