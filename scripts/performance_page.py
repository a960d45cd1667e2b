"""docs/performance.md and its charts, made of what the benchmarks stored."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images" / "performance"
SIDES = {  # in words, in the order of the charts
    "ours": "crmeter",
    "by hand": "SQL by hand, values and intervals",
    "values only": "SQL by hand, values alone",
    "one query per KPI": "one query by hand per KPI and dimension",
    "ours, one KPI at a time": "crmeter, one KPI at a time",
}
FRAMES = {"ours": "crmeter", "by hand": "SQL by hand", "polars": "Polars", "pandas": "pandas"}
MOST_LINES = 9
NEAR = 0.2  # times what is asked
BUSY = 1.5  # load for each core from which wall times say little

if TYPE_CHECKING:
    from benchmarks.table import Results, Row
    from crmeter.reports.charts.theme import Spec


def page() -> str:
    """The page; KeyError where a figure is missed and benchmarks/remarks.toml does not say why."""
    from benchmarks import figures, table

    found = table.results()
    rows = figures.rows(found)
    texts = tomllib.loads((ROOT / "benchmarks" / "remarks.toml").read_text("utf-8"))
    parts = [
        "# Performance\n",
        texts["page"]["intro"].strip(),
        *_headline(rows),
        *_figure("asked", "Each figure that something is asked of, divided by what is asked"),
        "## What was measured\n\n" + _where(found),
        *_tables(rows, table.cell),
        *_figure("panel", "CPU seconds of the panel of 50 KPIs by size"),
        *_figure("eight", "CPU seconds of the panel of 8 KPIs by size"),
        *_figure("memory", "Peak memory of the panel of 50 KPIs by size"),
        *missed(rows, texts["missed"]),
        *_profiles(found),
        "## How it is measured\n\n" + texts["page"]["method"].strip(),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _figure(name: str, text: str) -> list[str]:
    return [f"![{text}](images/performance/{name}.svg)"] if name in charts() else []


def _headline(rows: Sequence[Row]) -> Iterator[str]:
    judged = [(row, size) for row in rows for size in row.asked if row.reached(size) is not None]
    reached = sum(bool(row.reached(size)) for row, size in judged)
    yield (
        f"**{reached} of {len(judged)} figures that something is asked of are reached.** ✗ marks those that are not; "
        "why not is said below the tables."
    )


def _where(found: Results) -> str:
    """The machine, the days, the versions."""
    every = [each for sizes in found.values() for each in sizes.values() if "measured_on" in each]
    machines = sorted({
        "{processor}, {cores} cores, {memory_gb} GB, {system}".format(**each["machine"]) for each in every
    })  # fmt: skip
    days = sorted({each["measured_on"] for each in every})
    versions: dict[str, set[str]] = {}
    for each in every:
        for name, version in each["versions"].items():
            versions.setdefault(name, set()).add(version)
        for pin in each.get("pins", ()):
            name, _, version = pin.partition("==")
            versions.setdefault(name, set()).add(version)
    busiest = max((each["load_average"] / each["machine"]["cores"] for each in every), default=0)
    said = [
        "| | |\n|---|---|",
        f"| machine | {'; '.join(machines)} |",
        f"| day | {days[0]}{f' to {days[-1]}' if len(days) > 1 else ''} |" if days else "",
        f"| versions | {', '.join(f'{name} {one}' for name in sorted(versions) for one in sorted(versions[name]))} |",
        "| sizes | S: 100,000 customers, 1 million orders; M: ten times as many; L: fifty times |",
    ]
    said.append(f"| rounds | {_rounds(found)} |")
    if busiest > BUSY:
        waiting = f"others used the machine meanwhile, up to {busiest:.0f} programs for each core"
        said.append(f"| shared | {waiting}: wall times say little |")
    return "\n".join(filter(None, said))


def _rounds(found: Results) -> str:
    """How often each side ran: '1: loading S; 3: panel S, starting'."""
    from benchmarks.table import ONCE

    counts: dict[int, list[str]] = {}
    for topic, sizes in found.items():
        for size, each in sizes.items():
            runs = [
                run for run in (each.get("runs") or each.get("seconds", {})).values() if isinstance(run, list) and run
            ]
            if runs:
                named = topic if topic in ONCE else f"{topic} {size}"
                counts.setdefault(min(map(len, runs)), []).append(named)
    return "; ".join(f"{number}: {', '.join(names)}" for number, names in sorted(counts.items()))


def _tables(rows: Sequence[Row], cell: Any) -> Iterator[str]:
    from benchmarks.table import SHOWN

    sizes = [size for size in SHOWN if any(size in row.figures for row in rows if not row.once)]
    for part in dict.fromkeys(row.part for row in rows):
        own = [row for row in rows if row.part == part]
        once = own[0].once
        heads = ["measured"] if once else sizes
        lines = [f"| {part} | {' | '.join(heads)} | asked |", f"|---|{'---:|' * len(heads)}---|"]
        for row in own:
            cells = " | ".join(cell(row, size, " ✗") for size in (("S",) if once else sizes))
            lines.append(f"| {row.name} | {cells} | {row.wanted()} |")
        yield "\n".join(lines)


def missed(rows: Iterable[Row], reasons: Mapping[str, str]) -> Iterator[str]:
    those = [row for row in rows if row.missed]
    if those:
        yield "## What is not reached, and why"
        sizes = {row.id: "" if row.once else f" ({', '.join(row.missed)})" for row in those}
        yield "\n".join(
            f"- **{row.part}: {row.name}**{sizes[row.id]}. {' '.join(reasons[row.id].split())}" for row in those
        )


def _profiles(found: Results) -> Iterator[str]:
    """Where the CPU time of our side of the panel goes, by size."""
    profiles = {size: each["profile"] for size, each in found["panel"].items() if "profile" in each}
    if not profiles:
        return
    yield "## Where the time of the panel goes"
    heads = ("size", "statements", "CPU in DuckDB", "planning and collecting", "intervals and values")
    lines = [f"| {' | '.join(heads)} |", "|---|---:|---:|---:|---:|"]
    for size, p in profiles.items():
        spent = " | ".join(f"{p[name]:.2f} s" for name in ("duckdb", "planning", "values"))
        lines.append(f"| {size} | {p['statements']} | {spent} |")
    yield "\n".join(lines)
    size, largest = list(profiles.items())[-1]
    yield f"The dearest statements at {size}, by the tables they read (kept: made by one before in the same request):"
    dearest = [f"| {each['cpu']:.2f} s | {each['reads']} |" for each in largest["dearest"]]
    yield "\n".join(["| CPU | reads |", "|---:|---|", *dearest])


def charts() -> dict[str, Spec]:
    """The charts by their names."""
    from benchmarks import figures, table

    found = table.results()
    drawn = {
        "asked": _asked(figures.rows(found)),
        "panel": _by_size({SIDES[s]: figures.cpu(found["panel"], s) for s in SIDES}, "CPU seconds, logarithmic"),
        "eight": _by_size({FRAMES[s]: figures.cpu(found["eight"], s) for s in FRAMES}, "CPU seconds, logarithmic"),
        "memory": _by_size(
            {SIDES[s]: figures.cpu(found["panel"], s, "memory") for s in ("ours", "by hand", "values only")},
            "megabytes at the peak, logarithmic",
        ),
    }
    return {name: spec for name, spec in drawn.items() if spec}


def _by_size(figures: Mapping[str, Mapping[str, float]], unit: str) -> Spec | None:
    """A line for each side, a dot for each size."""
    from crmeter.reports.charts.theme import COLOURS, SIZE, frame, layer

    dots = [
        {"side": side, "size": size, "figure": figure, "ours": side == "crmeter"}
        for side, sizes in figures.items()
        for size, figure in sizes.items()
    ]
    if not dots:
        return None
    colour = {"condition": {"test": "datum.ours", "value": COLOURS["acc"]}, "value": COLOURS["flat"]}
    sides = [side for side, sizes in figures.items() if sizes]
    y = {"field": "side", "type": "nominal", "sort": sides, "axis": _names()}
    x = {"field": "figure", "type": "quantitative", **_scale(unit, [dot["figure"] for dot in dots])}
    lines = layer({"type": "line", "strokeWidth": 2}, dots, y=y, x=x, detail={"field": "side"}, stroke=colour)
    points = layer({"type": "point", "filled": True, "size": 70, "opacity": 1}, dots, y=y, x=x, fill=colour)
    texts = layer({"type": "text", "dy": -10, "fontSize": SIZE}, dots, y=y, x=x, text={"field": "size"})
    return frame([lines, points, texts], 380, 44 * len(sides))


def _asked(rows: Sequence[Row]) -> Spec | None:
    """How many times what is asked each figure is, the worst first; left of the line is reached."""
    from crmeter.reports.charts.theme import COLOURS, SIZE, frame, layer

    shares = [
        (row.name if row.once else f"{row.name}, {size}", share, row.show(row.figures[size]))
        for row in rows
        for size, asked in row.asked.items()
        if size in row.figures and not (row.show(0.0) == "no" and row.reached(size))
        for share in [max(asked / max(row.figures[size], 0.01) if row.at_least else row.figures[size] / asked, 0.01)]
    ]
    if not shares:
        return None
    dots = [
        {"name": name, "share": share, "shown": shown, "missed": share > 1}
        for name, share, shown in sorted(shares, key=lambda each: -each[1])
    ]
    colour = {"condition": {"test": "datum.missed", "value": COLOURS["goal"]}, "value": COLOURS["acc"]}
    y = {"field": "name", "type": "nominal", "sort": [dot["name"] for dot in dots], "axis": _names()}
    scale = _scale("times what is asked, logarithmic", [dot["share"] for dot in dots])
    x = {"field": "share", "type": "quantitative", **scale}
    line = layer({"type": "rule", "stroke": COLOURS["ink"], "strokeWidth": 1}, [{"share": 1}], x=x)
    shape = {"condition": {"test": "datum.missed", "value": "triangle-right"}, "value": "circle"}
    points = layer(
        {"type": "point", "filled": True, "size": 80, "opacity": 1}, dots, y=y, x=x, fill=colour, shape=shape
    )
    left = [dot for dot in dots if NEAR < dot["share"] <= 1]  # their figures would stand across the line
    texts = [
        layer({"type": "text", "dx": dx, "align": side, "fontSize": SIZE}, those, y=y, x=x, text={"field": "shown"})
        for dx, side, those in ((9, "left", [dot for dot in dots if dot not in left]), (-9, "right", left))
        if those
    ]
    return frame([line, points, *texts], 320, 22 * len(dots))


def _names() -> dict[str, Any]:
    from crmeter.reports.charts.theme import COLOURS, SIZE

    return {"title": None, "labelLimit": 400, "labelFontSize": SIZE, "labelColor": COLOURS["ink"], "domain": False,
            "ticks": False, "labelPadding": 12}  # fmt: skip


def _scale(title: str, figures: Sequence[float]) -> dict[str, Any]:
    """A logarithmic axis with lines at 1, 2 and 5, or at powers of ten where those would be too many."""
    from crmeter.reports.charts.theme import COLOURS, SIZE

    low, high = min(figures) / 1.6, max(figures) * 1.6
    steps = [m * 10.0**power for power in range(-3, 7) for m in (1, 2, 5) if low <= m * 10.0**power <= high]
    values = steps if len(steps) <= MOST_LINES else [step for step in steps if math.log10(step).is_integer()]
    axis = {"title": title, "titleFontWeight": "normal", "titleFontSize": SIZE, "titleColor": COLOURS["muted"],
            "labelFontSize": SIZE, "labelColor": COLOURS["muted"], "gridColor": COLOURS["line"], "domain": False,
            "ticks": False, "format": ",~g", "values": values}  # fmt: skip
    return {"scale": {"type": "log", "domain": [low, high], "nice": False}, "axis": axis}
