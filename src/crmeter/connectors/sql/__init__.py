"""Databases of other programs: the tables of an SQLite file or a PostgreSQL server, as they stand at one moment."""

from crmeter.connectors.sql.address import SCHEMES, holds_password
from crmeter.connectors.sql.source import SqlSource
from crmeter.connectors.sql.sqlite import is_database

__all__ = ["SCHEMES", "SqlSource", "holds_password", "is_database"]
