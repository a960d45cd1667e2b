"""Mappings: one SELECT for each canonical table, over the raw tables of one source."""

from crmeter.ingest.mapping.binding import bind, quoted
from crmeter.ingest.mapping.check import Mapping, check
from crmeter.ingest.mapping.given import given_columns

__all__ = ["Mapping", "bind", "check", "given_columns", "quoted"]
