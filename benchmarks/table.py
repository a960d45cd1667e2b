"""The table of all that was measured: one row for each figure, one column for each size, beside what is asked."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.harness import RESULTS
from benchmarks.warehouses import SIZES

SHOWN = ("S", "M", "L")
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
        if not self.asked or self.show is _yes:
            return f"yes ({', '.join(self.asked)})" if self.asked else ""
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
    started = folder / "starting-20000.json"
    found["starting"] = {"S": json.loads(started.read_text("utf-8"))} if started.exists() else {}
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
    return f"{1000 * number:,.0f} ms"


def rows(found: Results) -> list[Row]:
    """Every row that something is known of."""
    every = (*_panel(found["panel"]), *_eight(found["eight"]), *_growth(found["panel"]), *_bounded(found["memory"]),
             *_loaded(found), *_started(found["starting"]["S"] if found["starting"] else {}))  # fmt: skip
    return [row for row in every if row.figures]


def cpu(found: Mapping[str, Found], side: str, name: str = "cpu") -> dict[str, float]:
    """A median of a side, by size."""
    return {
        size: float(each["medians"][side][name])
        for size, each in found.items()
        if name in each.get("medians", {}).get(side, {})
    }


def over(one: Mapping[str, float], two: Mapping[str, float]) -> dict[str, float]:
    return {size: one[size] / two[size] for size in one if two.get(size)}


def _panel(found: Mapping[str, Found]) -> Iterator[Row]:
    part = "50 KPIs × 60 months × 4 slices"
    ours, hand, bare = cpu(found, "ours"), cpu(found, "by hand"), cpu(found, "values only")
    single, each = cpu(found, "one query per KPI"), cpu(found, "ours, one KPI at a time")
    yield Row("panel_cpu", part, "ours, CPU", ours, seconds)
    yield Row("panel_hand", part, "by hand with the same intervals, CPU", hand, seconds)
    yield Row("panel", part, "ours ÷ by hand with the same intervals", over(ours, hand), ratio,
              {"S": 1.5, "M": 1.25, "L": 1.25})  # fmt: skip
    yield Row("panel_bare", part, "ours ÷ by hand, values alone", over(ours, bare), ratio)
    yield Row("panel_single", part, "one query by hand per KPI and dimension ÷ ours", over(single, ours), ratio,
              {"M": 25.0}, at_least=True)  # fmt: skip
    yield Row("panel_each", part, "ours, one KPI at a time ÷ ours", over(each, ours), ratio)
    one = over(cpu(found, "ours, one KPI at a time", "one_kpi"), ours)
    yield Row("one_more", part, "one more KPI ÷ ours (median of the 50)", one, percent, dict.fromkeys(SHOWN, 0.03))
    yield Row("panel_wall", part, "ours, wall", cpu(found, "ours", "wall"), seconds)
    yield Row("panel_memory", part, "ours, peak memory", cpu(found, "ours", "memory"), megabytes,
              {"S": 300, "M": 700, "L": 1600})  # fmt: skip
    yield Row("panel_hand_memory", part, "by hand, peak memory", cpu(found, "by hand", "memory"), megabytes)


def _eight(found: Mapping[str, Found]) -> Iterator[Row]:
    part = "8 KPIs × 60 months × 4 slices"
    ours, hand = cpu(found, "ours"), cpu(found, "by hand")
    polars, pandas = cpu(found, "polars"), cpu(found, "pandas")
    faster = {size: min(hand[size], polars.get(size, math.inf)) for size in hand}
    yield Row("eight_cpu", part, "ours with intervals, CPU", ours, seconds)
    yield Row("eight", part, "ours ÷ the faster of SQL by hand and Polars", over(ours, faster), ratio,
              dict.fromkeys(SHOWN, 1.1))  # fmt: skip
    yield Row("eight_hand", part, "ours ÷ SQL by hand", over(ours, hand), ratio)
    yield Row("eight_polars", part, "Polars ÷ SQL by hand", over(polars, hand), ratio)
    yield Row("eight_pandas", part, "pandas ÷ SQL by hand", over(pandas, hand), ratio)
    for side, name in (("ours", "ours"), ("polars", "Polars"), ("pandas", "pandas")):
        yield Row(f"eight_memory_{side}", part, f"{name}, peak memory", cpu(found, side, "memory"), megabytes)


def _growth(found: Mapping[str, Found]) -> Iterator[Row]:
    """The exponent of CPU seconds over rows, from the size before to each."""
    part = "growth with rows: exponent since the size before"
    for side, name in (("ours", "ours"), ("by hand", "by hand")):
        of = cpu(found, side)
        steps = {
            after: math.log(of[after] / of[before]) / math.log(SIZES[after] / SIZES[before])
            for before, after in (("S", "M"), ("M", "L"))
            if before in of and after in of
        }
        asked = {"M": 1.1, "L": 1.3} if side == "ours" else {}
        yield Row(f"growth_{side}", part, f"CPU of the panel, {name}", steps, ratio, asked)


def _bounded(found: Mapping[str, Found]) -> Iterator[Row]:
    part = "panel under a bound of memory of 300 MB"
    done = {size: each for size, each in found.items() if not each["runs"]["bounded"]["said"]}
    finished = {size: float(size in done) for size in found}
    yield Row("bounded", part, "it finishes", finished, _yes, {"M": 1.0}, at_least=True)
    yield Row(
        "bounded_cpu", part, "CPU", {size: each["runs"]["bounded"]["cpu"] for size, each in done.items()}, seconds
    )
    said = {size: float(bool(each["runs"]["too small"]["said"])) for size, each in found.items()}
    yield Row("bounded_said", part, "a bound too small is a named error", said, _yes, dict.fromkeys(SHOWN, 1.0),
              at_least=True)  # fmt: skip


def _yes(number: float) -> str:
    return "yes" if number else "no"


def _loaded(found: Results) -> Iterator[Row]:
    part = "loading and deriving"
    spells, loading, days = found["spells"], found["loading"], found["increments"]
    yield Row("loading_cpu", part, "files to published warehouse, CPU", cpu(loading, "ours"), seconds)
    yield Row("loading", part, "the same ÷ typed tables and spells by hand",
              over(cpu(loading, "ours"), cpu(loading, "by hand")), ratio)  # fmt: skip
    yield Row("loading_memory", part, "loading, peak memory", cpu(loading, "ours", "memory"), megabytes)
    yield Row("spells_cpu", part, "spells, CPU", cpu(spells, "ours"), seconds)
    yield Row("spells", part, "spells ÷ spells by hand", over(cpu(spells, "ours"), cpu(spells, "by hand")), ratio)
    anew = {size: _median(each["seconds"]["anew"]) for size, each in days.items()}
    yield Row("derived_cpu", part, "all that is derived anew, CPU", anew, seconds)
    yield Row("day", part, "a day of changes ÷ all anew", {size: each["ratio"] for size, each in days.items()}, percent,
              {"M": 0.2, "L": 0.1})  # fmt: skip


def _started(found: Found) -> Iterator[Row]:
    part = "before anything is counted"
    medians = found.get("medians", {})

    def figures(side: str, name: str) -> dict[str, float]:
        return {"S": medians[side][name]} if side in medians else {}

    yield Row("planning", part, "planning the panel, first in a process", figures("planning", "first"), milliseconds,
              {"S": 0.05})  # fmt: skip
    yield Row("planning_again", part, "planning it again", figures("planning", "again"), milliseconds, {"S": 0.05})
    yield Row("help", part, "crmeter --help, CPU", figures("help", "cpu"), seconds, {"S": 0.3})
    yield Row("one_kpi", part, "crmeter kpi churn_rate.cohort (demo company), CPU", figures("one KPI", "cpu"), seconds,
              {"S": 1.0})  # fmt: skip


def _median(numbers: Sequence[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]


def as_text(shown: Sequence[Row]) -> str:
    """The table as the terminal shows it; a cross stands behind what misses what is asked."""
    lines = []
    width = max(len(row.name) for row in shown) + 2
    for part in dict.fromkeys(row.part for row in shown):
        lines.append(f"\n{part:{width}}" + "".join(f"{size:>12}" for size in SHOWN) + "  asked")
        for row in (row for row in shown if row.part == part):
            cells = "".join(f"{cell(row, size, ' ✗'):>12}" for size in SHOWN)
            lines.append(f"  {row.name:{width - 2}}{cells}  {row.wanted()}".rstrip())
    return "\n".join(lines).strip("\n")


def cell(row: Row, size: str, missed: str) -> str:
    if size not in row.figures:
        return "–"
    return row.show(row.figures[size]) + (missed if row.reached(size) is False else "")
