"""What a section says, without saying how it looks: every format of a report is written from these blocks.

All texts are in the language of the moment and are text, never markup: a renderer escapes them for its format. Numbers
stand twice where it matters: as people read them (``text``) and as they are (``value`` with its unit), so that a
workbook holds numbers and not words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from crmeter.reports.charts.theme import Spec

# How a text is meant; colour alone never says it. good and bad are judgements, warn is what to be careful of.
Tone = Literal["plain", "muted", "strong", "good", "bad", "flat", "accent", "warn"]
TONES: dict[str, Tone] = {
    "better": "good",
    "worse": "bad",
    "changed": "accent",
    "no_change": "flat",
    "unknown": "muted",
    "strength": "good",
    "weakness": "bad",
    "change": "accent",
}  # verdicts and kinds of findings


@dataclass(frozen=True)
class Heading:
    """A heading within a section. ``level`` 1 is right below the section's own, 2 below that."""

    text: str
    level: int = 1
    icon: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Paragraph:
    """Running text. ``lead`` stands before it in bold, as in “What it shows: …”; the renderer sets the colon."""

    text: str
    tone: Tone = "plain"
    lead: str = ""


@dataclass(frozen=True)
class Note:
    """What a reader must know before reading on; it stands in a frame."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Item:
    """One entry of a list: a detail below it in smaller type, marks such as “small sample” behind it."""

    text: str
    detail: str = ""
    marks: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of entries."""

    items: Sequence[Item | str]
    numbered: bool = False


@dataclass(frozen=True)
class Terms:
    """Words and what they mean, or questions and their answers."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Tile:
    """One large number with its label."""

    label: str
    figure: str
    icon: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Tiles:
    """A row of large numbers."""

    items: Sequence[Tile]


@dataclass(frozen=True)
class Column:
    """A column of a table. ``kind`` is ``text`` or a unit (share, count, money, days …); numbers stand to the right.

    ``width`` is its part of the table's width against the other columns; ``below`` stands under the heading.
    """

    heading: str
    kind: str = "text"
    width: float = 1.0
    below: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell. ``value`` is its number where it has one, in ``unit`` (else in that of its column).

    ``code`` is an id that belongs to the text; ``lines`` stand below in smaller type; ``marks`` are warnings.
    """

    text: str
    value: float | None = None
    unit: str = ""
    currency: str | None = None
    code: str = ""
    lines: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True)
class Table:
    """Rows of cells, each as long as ``columns``; a bare string is a cell of text."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | str]]
    title: str = ""


@dataclass(frozen=True)
class Series:
    """One line or one colour of bars: a value for each category, None where it is undefined.

    ``low`` and ``high`` are the ends of the intervals, empty where there are none; ``tones`` colours single bars.
    """

    name: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    tones: Sequence[Tone] = ()


@dataclass(frozen=True)
class Chart:
    """A chart: its title is the finding, its subtitle says what is drawn, its numbers stand in ``series``.

    ``kind``: line (categories are periods), bar (lying, one for each category), column (standing), waterfall (one
    series: a first level, changes, and a last level). Formats with charts of their own (Excel, PowerPoint) make one
    from the series; the others draw ``spec(width)``, or where there is none a plain chart of the series.
    ``target`` is a line across. ``described`` tells it to those who do not see it; without it the subtitle does.
    ``own_subtitle`` stands instead of the subtitle over a format's own chart, which shows intervals as bars, not bands.
    """

    title: str
    kind: Literal["line", "bar", "column", "waterfall"]
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str
    currency: str | None = None
    subtitle: str = ""
    target: float | None = None
    target_label: str = ""
    described: str = ""
    spec: Callable[[int], Spec] | None = None
    own_subtitle: str | None = None
    wide: int = 540  # px it is drawn at on paper


@dataclass(frozen=True)
class Group:
    """What belongs together, such as one finding: in a presentation it is a slide with ``title`` as its title.

    ``evidence`` says why it can be believed (interval, p, what else says so): small print in a document, the speaker's
    notes of a slide. ``code`` is the id that it is about.
    """

    title: str
    blocks: Sequence[Block]
    evidence: Sequence[str] = ()
    code: str = ""
    tone: Tone = "plain"
    number: int | None = None


Block = Heading | Paragraph | Note | Bullets | Terms | Tiles | Table | Chart | Group


def subtitle_of_own(chart: Chart) -> str:
    """What stands over a format's own chart."""
    return chart.subtitle if chart.own_subtitle is None else chart.own_subtitle
