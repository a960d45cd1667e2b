"""Building the canonical tables on a server from raw tables that lie there: no row of them comes to this machine."""

from crmeter.ingest.in_place.build import Plan, build

__all__ = ["Plan", "build"]
