"""A section of a report: what it says as blocks, and for HTML a template beside it where blocks alone are too plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crmeter.reports.blocks import Block
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Reading

Blocks = Callable[[Reading], Sequence[Block]]


@dataclass(frozen=True)
class Section:
    """``blocks`` says all of it; a section without any is left out.

    ``facts``: what the template ``section.html`` in its folder (``name``) shows; None where blocks serve for HTML too.
    ``sheet``: other blocks for a workbook, where a reader wants flat rows of numbers. ``slides``: whether it is shown
    in a presentation. ``dense``: small print, set in two columns on paper.
    """

    name: str
    title: Callable[[], str]
    blocks: Blocks
    facts: Callable[[Reading, Drawer | None], Mapping[str, object]] | None = None
    sheet: Blocks | None = None
    slides: bool = True
    dense: bool = False
