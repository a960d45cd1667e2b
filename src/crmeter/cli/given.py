"""What options say, as the plain values that use cases take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime


def day(given: datetime | None) -> date | None:
    """The day of an option such as ``--from``.

    >>> day(datetime(2025, 7, 1)), day(None)
    (datetime.date(2025, 7, 1), None)
    """
    return given.date() if given else None


def names(given: Iterable[str] | None) -> list[str]:
    """The names of an option that may be given more than once, or joined by commas.

    >>> names(["customer.region, customer.channel", "team"])
    ['customer.region', 'customer.channel', 'team']
    """
    return [name.strip() for each in given or () for name in each.split(",") if name.strip()]
