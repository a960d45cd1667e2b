"""CDNOW: 2357 customers who first bought in early 1997, seen until the end of June 1998 (Fader and Hardie)."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from crmeter.stats.clv import bg_nbd, pareto_nbd
from crmeter.stats.clv.bg_nbd import BgNbd
from crmeter.stats.clv.histories import Histories
from crmeter.stats.clv.pareto_nbd import ParetoNbd

CALIBRATION_END, HOLDOUT_END = date(1997, 9, 30), date(1998, 6, 30)


@dataclass(frozen=True)
class Cdnow:
    """Histories in weeks up to the end of September 1997, and what came in the 39 weeks after it."""

    histories: Histories
    later_orders: NDArray[np.int64]
    mean_repeat_value: NDArray[np.float64]  # of the days with a repeat order, 0 where there is none


@pytest.fixture(scope="session")
def cdnow(shared_data: Path) -> Cdnow:
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for line in (shared_data / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, _, value = line.split()
        days[customer][date(int(day[:4]), int(day[4:6]), int(day[6:]))] += float(value)
    counts, last, age, later, means = [], [], [], [], []
    for values in days.values():
        first = min(values)
        repeats = [day for day in values if first < day <= CALIBRATION_END]
        counts.append(len(repeats))
        last.append((max(repeats, default=first) - first).days / 7)
        age.append((CALIBRATION_END - first).days / 7)
        later.append(sum(CALIBRATION_END < day <= HOLDOUT_END for day in values))
        means.append(sum(values[day] for day in repeats) / len(repeats) if repeats else 0.0)
    return Cdnow(Histories(counts, last, age), np.array(later), np.array(means))


@pytest.fixture(scope="session")
def summary(shared_data: Path) -> dict[str, NDArray[np.float64]]:
    """The same customers as Hardie's spreadsheets have them: weeks rounded to two decimals."""
    with (shared_data / "cdnow" / "cdnow_customers_summary_with_transactions.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([float(row[column]) for row in rows]) for column in ("x", "t_x", "T", "zbar")}


@pytest.fixture(scope="session")
def rounded(summary: dict[str, NDArray[np.float64]]) -> Histories:
    return Histories(summary["x"], summary["t_x"], summary["T"])


@pytest.fixture(scope="session")
def bg(cdnow: Cdnow) -> BgNbd:
    return bg_nbd.fit(cdnow.histories)


@pytest.fixture(scope="session")
def pareto(cdnow: Cdnow) -> ParetoNbd:
    return pareto_nbd.fit(cdnow.histories)
