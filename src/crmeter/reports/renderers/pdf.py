"""The report as PDF, set by Typst: tagged, with the fonts in it, the same bytes for the same evaluation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import fonts
from crmeter.reports.blocks import Block, Cell, Chart, Group, Heading, Table
from crmeter.reports.charts.draw import NARROW, PAPER, painted, specified, svg
from crmeter.reports.fonts.coverage import covered
from crmeter.reports.legible import drawable, printable
from crmeter.reports.reading import Reading
from crmeter.reports.sections import shown

TAGS = {"zh-Hant": ("zh", "TW"), "zh-Hans": ("zh", "CN"), "en": ("en", "US")}
_KEPT = 1400  # characters up to which a group stays on one page
_TALL = 400  # characters of a cell up to which its row stays on one page
_AS_IT_IS = ("kind", "tone", "unit")  # codes of ours, not texts


def render(reading: Reading, lang: str) -> bytes:
    """The whole report. UserError where the fonts are not installed."""
    import typst  # some megabytes: only where a page is set

    folder = fonts.folder()
    written = json.dumps(_Setting(covered(folder)).report(reading, lang), ensure_ascii=False)
    found = typst.compile(
        files("crmeter.reports").joinpath("renderers", "page.typ").read_bytes(),
        font_paths=_loaded(str(folder)),
        ignore_system_fonts=True,
        sys_inputs={"report": written},
        format="pdf",
        pdf_standards="ua-1",
        timestamp=sealed_at(reading),
    )
    if not isinstance(found, bytes):
        raise TypeError("Typst gave no document")
    return found


@cache
def _loaded(folder: str) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def sealed_at(reading: Reading) -> datetime:
    """The moment that stands in the document as the time it was made, so that it is made the same again."""
    moment = datetime.fromisoformat(reading.document["sealed_at"])
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


class _Setting:
    """Blocks as plain values for the page, every text as the fonts print it."""

    def __init__(self, glyphs: frozenset[int]) -> None:
        self._glyphs = glyphs
        self._level = 1  # of the heading above

    def report(self, reading: Reading, lang: str) -> dict[str, Any]:
        sealed, (language, region) = sealed_at(reading), TAGS[lang]
        title = t("CRM performance evaluation")
        page = re.split("([\0\1])", t("Page {page} of {pages}", page="\0", pages="\1"))
        return {
            "lang": language,
            "region": region,
            "fonts": list(fonts.families()),
            "sealed": [sealed.year, sealed.month, sealed.day, sealed.hour, sealed.minute, sealed.second],
            "foot": [{"\0": 0, "\1": 1}.get(part, part) for part in page],
            **self.text(
                {
                    "title": title,
                    "workspace": reading.workspace,
                    "period": reading.period,
                    "running": f"{title}{t(': ')}{reading.workspace}",
                    "heading": reading.heading,
                    "sealing": t("Evaluation {id}, sealed {moment}.", id=reading.document["id"], moment=reading.sealed),
                    "about": reading.about,
                    "seal": reading.sealing,
                }
            ),
            "colon": t(": "),
            "sections": [
                {
                    "title": section.title(),
                    "dense": section.dense,
                    "blocks": self.blocks(blocks),
                }
                for section in shown(reading)
                if (blocks := section.blocks(reading))
            ],
        }

    def text(self, found: Any) -> Any:
        """Every text in lists and mappings as it is printed."""
        if isinstance(found, str):
            return printable(found, self._glyphs)
        if isinstance(found, Mapping):
            return {key: each if key in _AS_IT_IS else self.text(each) for key, each in found.items()}
        return [self.text(each) for each in found] if isinstance(found, Sequence) else found

    def blocks(self, blocks: Sequence[Block]) -> list[dict[str, Any]]:
        """The blocks of a section, below its heading."""
        self._level = 1
        return [self.block(block, 1) for block in blocks]

    def _below(self, wanted: int) -> int:
        """The level of a heading: one below the last at most, or those who have it read aloud miss one."""
        self._level = min(wanted, self._level + 1, 4)
        return self._level

    def block(self, block: Block, level: int) -> dict[str, Any]:
        """One block; ``level`` is that of the heading it stands under."""
        kind = type(block).__name__
        match block:
            case Chart():
                return {"kind": kind, **self._chart(block)}
            case Heading():
                return {"kind": kind, **self.text(_plain(block)), "level": self._below(level + block.level)}
            case Group():
                own = self._below(level + 2)
                inner = [self.block(each, level + 1) for each in block.blocks]
                plain = {"evidence": block.evidence, "title": block.title, "code": block.code, "tone": block.tone}
                long = _length(block) > _KEPT or any(isinstance(each, Table) for each in block.blocks)
                return {
                    "kind": kind,
                    **self.text(plain),
                    "blocks": inner,
                    "number": block.number,
                    "long": long,
                    "level": own,
                }
            case Table():
                long = any(_length(cell) > _TALL for row in block.rows for cell in row)
                return {"kind": kind, **self.text(_plain(block)), "long": long}
            case _:
                return {"kind": kind, **self.text(_plain(block))}

    def _chart(self, chart: Chart) -> dict[str, Any]:
        make, wide = specified(chart), min(chart.wide, PAPER)
        said = {"title": chart.title, "subtitle": chart.subtitle, "alt": chart.described or chart.subtitle or "–"}
        drawings = {"drawn": self._drawing(svg(make(wide))), "narrow": self._drawing(svg(make(NARROW)))}
        return {**self.text(said), **drawings, "part": wide / PAPER}

    def _drawing(self, drawn: str) -> str:
        return drawable(painted(drawn), self._glyphs)


def _plain(found: Any) -> Any:
    """A block as mappings and lists."""
    if is_dataclass(found):
        return {each.name: _plain(getattr(found, each.name)) for each in fields(found)}
    return [_plain(each) for each in found] if isinstance(found, tuple | list) else found


def _length(found: Any) -> int:
    """How many characters stand in a block; a row of a table takes the room of a line at least."""
    if isinstance(found, str):
        return len(found)
    if isinstance(found, Cell):
        return len(found.text) + sum(map(len, found.lines))
    if isinstance(found, Table):
        return sum(max(60, *(_length(cell) for cell in row)) for row in found.rows)
    if isinstance(found, Chart):
        return 300
    if is_dataclass(found):
        return sum(_length(getattr(found, each.name)) for each in fields(found))
    return sum(_length(each) for each in found) if isinstance(found, tuple | list) else 0
