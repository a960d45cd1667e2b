"""What each figure of the table is made of, and what is asked of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping

from benchmarks.table import (
    SHOWN,
    Found,
    Results,
    Row,
    megabytes,
    microseconds,
    milliseconds,
    percent,
    ratio,
    seconds,
    yes,
)  # fmt: skip
from benchmarks.warehouses import SIZES

SPARK = {"S": 1_000_000, "M": 10_000_000, "L": 50_000_000}  # orders


def rows(found: Results) -> list[Row]:
    """Every row that something is known of."""
    every = (*_panel(found["panel"]), *_eight(found["eight"]), *_growth(found["panel"]), *_bounded(found["memory"]),
             *_loaded(found), *_spark(found["spark"].get("S", {})), *_fits(found["fits"].get("S", {})),
             *_started(found["starting"].get("S", {})), *_snapshots(found["snapshots"].get("S", {})))  # fmt: skip
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
    yield Row("bounded", part, "it finishes", finished, yes, {"M": 1.0}, at_least=True)
    yield Row(
        "bounded_cpu", part, "CPU", {size: each["runs"]["bounded"]["cpu"] for size, each in done.items()}, seconds
    )
    said = {size: float(bool(each["runs"]["too small"]["said"])) for size, each in found.items()}
    yield Row("bounded_said", part, "a bound too small is a named error", said, yes, dict.fromkeys(SHOWN, 1.0),
              at_least=True)  # fmt: skip


def _loaded(found: Results) -> Iterator[Row]:
    part = "loading and deriving"
    spells, loading, days = found["spells"], found["loading"], found["increments"]
    yield Row("loading_cpu", part, "files to published warehouse, CPU", cpu(loading, "ours"), seconds)
    yield Row("loading", part, "the same ÷ typed tables and spells by hand",
              over(cpu(loading, "ours"), cpu(loading, "by hand")), ratio)  # fmt: skip
    yield Row("loading_memory", part, "loading, peak memory", cpu(loading, "ours", "memory"), megabytes)
    yield Row("spells_cpu", part, "spells, CPU", cpu(spells, "ours"), seconds)
    yield Row("spells", part, "spells ÷ spells by hand", over(cpu(spells, "ours"), cpu(spells, "by hand")), ratio)
    anew = {size: statistics.median(each["seconds"]["anew"]) for size, each in days.items()}
    yield Row("derived_cpu", part, "all that is derived anew, CPU", anew, seconds)
    yield Row("day", part, "a day of changes ÷ all anew", {size: each["ratio"] for size, each in days.items()}, percent,
              {"M": 0.2, "L": 0.1})  # fmt: skip


def _spark(found: Found) -> Iterator[Row]:
    part = "on Spark, local[2], from Parquet"
    sizes = {size: found.get("orders", {}).get(str(orders), {}) for size, orders in SPARK.items()}
    for step, name in (("derive", "deriving"), ("panel", "7 KPIs × 60 months × 2 slices"),
                       ("quarter", "3 KPIs of one quarter, 3 of 60 files")):  # fmt: skip
        figures = {size: float(each[step]["cpu"]) for size, each in sizes.items() if step in each}
        yield Row(f"spark_{step}", part, f"{name}, CPU of driver and executors", figures, seconds)
        rows = {size: float(each[step]["cpu_us_a_row"]) for size, each in sizes.items() if step in each}
        yield Row(f"spark_{step}_row", part, f"{name}, CPU an order", rows, microseconds)


def _fits(found: Found) -> Iterator[Row]:
    part = "fitting models of customer value, lifetimes 0.11.3 ÷ ours"
    names = {"bg_nbd": "BG/NBD", "gamma_gamma": "Gamma-Gamma", "pareto_nbd": "Pareto/NBD"}
    for model, each in found.get("models", {}).items():
        yield Row("fit", part, f"{names[model]}, {each['customers']:,} customers", {"S": each["ratio"]}, ratio,
                  {"S": each["asked"]}, at_least=True, once=True)  # fmt: skip


def _started(found: Found) -> Iterator[Row]:
    part = "before anything is counted"
    medians = found.get("medians", {})
    for id_, name, side, key, show, asked in (
        ("planning_new", "planning the panel, never asked before", "planning, new", "first", milliseconds, None),
        ("planning", "planning the panel, first in a process", "planning", "first", milliseconds, 0.05),
        ("planning_again", "planning it again", "planning", "again", milliseconds, 0.05),
        ("help", "crmeter --help, CPU", "help", "cpu", seconds, 0.3),
        ("one_kpi", "crmeter kpi, a quarter of the demo company, CPU", "one KPI", "cpu", seconds, 1.0),
        ("one_kpi_measured", "crmeter kpi, a week (in no snapshot), CPU", "one KPI of a week", "cpu", seconds, 1.0),
        ("one_kpi_new", "crmeter kpi, a week, never asked before, CPU", "one KPI of a week, new", "cpu", seconds, None),
    ):
        figures = {"S": medians[side][key]} if side in medians else {}
        yield Row(id_, part, name, figures, show, {"S": asked} if asked else {}, once=True)


def _snapshots(found: Found) -> Iterator[Row]:
    """What a face reads, of the demo company."""
    part = "what faces show, from a ready snapshot"
    for name, ms in found.get("milliseconds", {}).items():
        asked = {"S": 0.005} if name.endswith("snapshot") else {}
        yield Row("snapshot", part, f"{name}, CPU", {"S": ms / 1000}, milliseconds, asked, once=True)
    for name, spent in found.get("commands", {}).items():
        yield Row(
            f"snapshot_command_{name}", part, f"crmeter kpi, {name}, CPU", {"S": spent["cpu"]}, seconds, once=True
        )
    costs = found.get("costs", {})
    if costs:
        share = costs["snapshot"]["cpu"] / costs["load"]["cpu"]
        yield Row("snapshot_made", part, "making the snapshot ÷ loading", {"S": share}, percent, once=True)
