"""Naive local times and UTC, as SQL."""

from __future__ import annotations

from crmeter.ingest.formats.clean import let, literal


def to_utc(naive: str, zone: str) -> str:
    """The UTC instant of a local time in an IANA zone.

    A time that the clocks skipped is read as if they had not been put forward; one that comes twice is the first.
    """
    if zone == "UTC":
        return naive
    name = literal(zone)
    late = f"timezone({name}, _naive)"
    early = f"{late} - INTERVAL 1 HOUR"
    first = f"CASE WHEN timezone({name}, {early}) = _naive THEN {early} ELSE {late} END"
    return let("_naive", naive, f"timezone('UTC', {first})")


def local_date(utc: str, zone: str) -> str:
    """The date in an IANA zone of a UTC instant."""
    if zone == "UTC":
        return f"CAST({utc} AS DATE)"
    return f"CAST(timezone({literal(zone)}, timezone('UTC', {utc})) AS DATE)"


def in_range(moment: str) -> str:
    """The moment, NULL where its year is none that business data has."""
    return let("_moment", moment, "CASE WHEN year(_moment) BETWEEN 1900 AND 2200 THEN _moment END")
