"""The table of all that was measured: one row for each figure, one column for each size, beside what is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.harness import RESULTS
from benchmarks.warehouses import SIZES

SHOWN = ("S", "M", "L")
ONCE = {  # what is measured at one size, or has sizes of its own
    "starting": "starting-20000.json",
    "snapshots": "snapshots-20000.json",
    "fits": "clv.json",
    "spark": "studies/spark_rows.json",
}
Found = Mapping[str, Any]
Results = Mapping[str, Mapping[str, Found]]  # by topic and size


@dataclass(frozen=True)
class Row:
    """A figure of each size that was measured; ``asked`` is the most it may be (the least, where ``at_least``)."""

    id: str
    part: str
    name: str
    figures: Mapping[str, float]
    show: Callable[[float], str]
    asked: Mapping[str, float] = field(default_factory=dict)
    at_least: bool = False
    once: bool = False  # measured at one size only, which stands in the first column

    def reached(self, size: str) -> bool | None:
        """Whether the figure is what is asked; None where nothing is asked or measured."""
        if size not in self.asked or size not in self.figures:
            return None
        figure, asked = self.figures[size], self.asked[size]
        return figure >= asked if self.at_least else figure <= asked

    @property
    def missed(self) -> list[str]:
        return [size for size in SHOWN if self.reached(size) is False]

    def wanted(self) -> str:
        """What is asked, in words: 'at most 1.50 (S), 1.25 (M, L)'."""
        if not self.asked or self.show is yes:
            return f"yes ({', '.join(self.asked)})" if self.asked else ""
        if self.once:
            return f"at {'least' if self.at_least else 'most'} {self.show(self.asked[SHOWN[0]])}"
        by_figure: dict[str, list[str]] = {}
        for size, figure in self.asked.items():
            by_figure.setdefault(self.show(figure), []).append(size)
        every = len(by_figure) == 1 and len(self.asked) == len(SHOWN)
        said = ", ".join(f"{figure} ({', '.join(sizes)})" for figure, sizes in by_figure.items())
        return f"at {'least' if self.at_least else 'most'} {next(iter(by_figure)) if every else said}"


def results(folder: Path = RESULTS) -> Results:
    """What is stored, by topic and size."""
    found: dict[str, dict[str, Found]] = {}
    for topic in ("panel", "eight", "memory", "spells", "increments", "loading"):
        paths = {size: folder / f"{topic}-{SIZES[size]}.json" for size in SHOWN}
        found[topic] = {size: json.loads(path.read_text("utf-8")) for size, path in paths.items() if path.exists()}
    for topic, name in ONCE.items():
        found[topic] = {"S": json.loads((folder / name).read_text("utf-8"))} if (folder / name).exists() else {}
    return found


def ratio(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:.0f}"


def seconds(number: float) -> str:
    return f"{number:.2f} s" if number < 10 else f"{number:,.0f} s"


def megabytes(number: float) -> str:
    return f"{number:,.0f} MB"


def percent(number: float) -> str:
    return f"{100 * number:.1f}%"


def milliseconds(number: float) -> str:
    return f"{1000 * number:,.0f} ms" if number >= 0.01 else f"{1000 * number:.2f} ms"


def microseconds(number: float) -> str:
    return f"{number:,.1f} µs"


def yes(number: float) -> str:
    return "yes" if number else "no"


def as_text(shown: Sequence[Row]) -> str:
    """The table as the terminal shows it; a cross stands behind what misses what is asked."""
    lines = []
    width = max(len(row.name) for row in shown) + 2
    for part in dict.fromkeys(row.part for row in shown):
        own = [row for row in shown if row.part == part]
        heads = ("measured", "", "") if own[0].once else SHOWN
        lines.append(f"\n{part:{width}}" + "".join(f"{head:>12}" for head in heads) + "  asked")
        for row in own:
            cells = "".join(f"{cell(row, size, ' ✗'):>12}" for size in SHOWN)
            lines.append(f"  {row.name:{width - 2}}{cells}  {row.wanted()}".rstrip())
    return "\n".join(lines).strip("\n")


def cell(row: Row, size: str, missed: str) -> str:
    if size not in row.figures:
        return "" if row.once else "–"
    return row.show(row.figures[size]) + (missed if row.reached(size) is False else "")
