"""Effects that others have published, from their data: R48 to R52 of the reference table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from crmeter.stats.effects.difference_in_differences import difference_in_differences
from crmeter.stats.effects.interrupted import Interrupted, interrupted_series
from crmeter.stats.effects.panel import Panel
from crmeter.stats.effects.placebo import synthetic_control, synthetic_difference_in_differences


@pytest.fixture(scope="module")
def california(shared_data: Path) -> Panel:
    """Packs of cigarettes a head in 39 states, 1970 to 2000; California taxed them from 1989 on (Proposition 99)."""
    with (shared_data / "effects" / "prop99.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    packs = np.array([[float(cell) for cell in row[1:]] for row in rows]).T
    place = header[1:].index("California")
    before = [row[0] for row in rows].index("1989")
    return Panel(packs[[place]], np.delete(packs, place, axis=0), before)


@pytest.fixture(scope="module")
def planted(shared_data: Path) -> Interrupted:
    """The example series of tfcausalimpact with one outside series; 5 is added to the last 30 of its 100 values."""
    with (shared_data / "effects" / "arma_data.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    values = np.array([float(row["y"]) for row in rows])
    values[70:] += 5
    return Interrupted(values, 70, 0, np.array([[float(row["X"])] for row in rows]))


def test_difference_in_differences_of_california(california: Panel) -> None:
    # R48: −27.3 in Arkhangelsky et al. 2021, American Economic Review 111(12), table 1; −27.35 in Mendez 2026
    assert difference_in_differences(california).estimate == pytest.approx(-27.35, abs=0.01)


def test_synthetic_control_of_california(california: Panel) -> None:
    # R49: −19.6 in Arkhangelsky et al. 2021, table 1 (without covariates); −19.48 by sdid for Stata
    found = synthetic_control(california)
    assert found.estimate == pytest.approx(-19.6, abs=0.15)
    assert sum(found.weights) == pytest.approx(1)
    # Abadie, Diamond and Hainmueller 2010: rank 1 of 39 by placebos in units, p = 1/39 = 0.026
    assert found.p == pytest.approx(1 / 39)
    assert found.high is not None and found.high < 0
    assert not found.refusals


def test_synthetic_difference_in_differences_of_california(california: Panel) -> None:
    # R50: −15.6 in Arkhangelsky et al. 2021, table 1; −15.6038 by diff-diff 3.13
    assert synthetic_difference_in_differences(california).estimate == pytest.approx(-15.6, abs=0.05)


def test_interrupted_series_beside_causal_impact(planted: Interrupted) -> None:
    # R51: README of tfcausalimpact: actual 125.23, predicted 120.34, effect 4.89 with interval 4.26 to 5.47
    found = interrupted_series(planted)
    assert planted.values[70:].mean() == pytest.approx(125.23, abs=0.005)
    assert found.baseline == pytest.approx(120.34, abs=0.4)
    assert found.estimate == pytest.approx(4.89, abs=0.4)
    # R52: what was added lies inside the interval
    assert found.low is not None and found.high is not None
    assert 4 < found.low + 0.5 < 5 < found.high < 6
    assert not found.refusals


def test_causal_impact_finds_nothing_where_nothing_was_added(planted: Interrupted) -> None:
    values = planted.values.copy()
    values[70:] -= 5
    found = interrupted_series(Interrupted(values, 70, 0, planted.outside))
    assert found.low is not None and found.high is not None
    assert found.low < 0 < found.high
