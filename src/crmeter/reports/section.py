"""A section of a report: what it says, and the templates beside it that say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Reading


@dataclass(frozen=True)
class Section:
    """``name`` is its folder, with ``section.html`` and ``section.md``.

    ``facts`` makes what the templates show; it gets a drawer where the format shows charts, else None.
    """

    name: str
    title: Callable[[], str]
    facts: Callable[[Reading, Drawer | None], Mapping[str, object]]
