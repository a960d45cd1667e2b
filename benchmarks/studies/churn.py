"""Is gradient boosting better than a logistic regression at telling who will be lost, on a later day?

Demo companies of several seeds, cut off at several days: both learn from the customers of one day and are tried on
those of 90 days later (with a contract), or of the days of inactivity later (without one). Kept are AUC, skill against
the plain share, and error of the chances.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from crmeter.analysis.churn.dimensions import searched
from crmeter.analysis.churn.model import fitted
from crmeter.analysis.churn.scoring import HORIZON, outcome
from crmeter.analysis.churn.snapshot import Snapshot, attributes_of, snapshot
from crmeter.analysis.churn.survival import longest_inactivity
from crmeter.app.ingesting import ingest
from crmeter.app.settings import open_workspace
from crmeter.demo import create
from crmeter.kernel.extras import library
from crmeter.stats.classification import auc, brier, calibration_error
from crmeter.warehouse.duck import Warehouse, reading

SEEDS, CUSTOMERS = (1, 2), 4_000
LATEST = (date(2025, 10, 3), date(2025, 4, 1), date(2024, 10, 1))  # the later day of each trial with a contract


def study() -> dict[str, Any]:
    """Each trial, and the means."""
    trials = [trial for seed in SEEDS for trial in _of_company(seed)]
    means = {
        kind: {
            model: {
                name: round(float(np.mean([t[model][name] for t in trials if t["relationship"] == kind])), 4)
                for name in ("auc", "skill", "calibration_error")
            }
            for model in ("logistic", "boosted")
        }
        for kind in ("contract", "purchase")
    }
    return {"means": means, "trials": trials}


def _of_company(seed: int) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        create(Path(folder), seed=seed, customers=CUSTOMERS)
        workspace = open_workspace(Path(folder))
        ingest(workspace)
        with reading(workspace.warehouse) as warehouse:
            attributes = attributes_of(warehouse, workspace.rules, searched(warehouse))
            for day in LATEST:
                yield _trial(warehouse, workspace.rules, attributes, day, HORIZON, True) | {"seed": seed}
            span = longest_inactivity(workspace.rules) + 1
            yield _trial(warehouse, workspace.rules, attributes, date(2024, 12, 30), span, False) | {"seed": seed}


def _trial(warehouse: Warehouse, rules: Any, attributes: Any, day: date, span: int, contract: bool) -> dict[str, Any]:
    known = [snapshot(warehouse, rules, on, attributes) for on in (day - timedelta(days=span), day)]
    known = [k.pick((k.contract == contract) & k.can_be_lost_by(k.day + timedelta(days=span))) for k in known]
    lost = [outcome(warehouse, rules, k, span) for k in known]
    (earlier, later), (was, became) = known, lost
    boosting = library("sklearn.ensemble").HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=20, early_stopping=False, random_state=0
    )
    codes = _codes(earlier)
    boosting.fit(_columns(earlier, codes), was)
    chances = {
        "logistic": fitted(earlier, was).chances(later),
        "boosted": boosting.predict_proba(_columns(later, codes))[:, 1],
    }
    blind = brier(np.full(len(became), was.mean()), became)
    told: dict[str, Any] = {"relationship": "contract" if contract else "purchase", "day": str(day),
                            "customers": len(later), "lost": int(became.sum())}  # fmt: skip
    for name, each in chances.items():
        ranking = auc(each, became)
        told[name] = {
            "auc": round(ranking.value, 4) if ranking else None,
            "skill": round(1 - brier(each, became) / blind, 4),
            "calibration_error": round(calibration_error(each, became) or 0.0, 4),
        }
    return told


def _codes(customers: Snapshot) -> dict[str, dict[str | None, int]]:
    return {n: {m: place for place, m in enumerate(dict.fromkeys(v))} for n, v in customers.members.items()}


def _columns(customers: Snapshot, codes: dict[str, dict[str | None, int]]) -> np.ndarray:
    """Numbers as they are, members by number: boosting splits them as it likes."""
    members = [[codes[name].get(m, -1) for m in values] for name, values in customers.members.items()]
    columns = np.column_stack([customers.tenure_months, *customers.numbers.values(), *members])
    return np.nan_to_num(columns, nan=-1.0)  # unknown is below all that is known
