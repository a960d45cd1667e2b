"""Who leaves, when, what goes with it, and who is likely to be next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crmeter.analysis.churn import before_leaving, dimensions, scoring, stages
from crmeter.analysis.churn import survival as curves
from crmeter.analysis.churn.factors import ENDS_A_TERM, Factor
from crmeter.analysis.churn.factors import factors as regressed
from crmeter.analysis.churn.levels import LEAST, Level
from crmeter.analysis.churn.lifetimes import PURCHASE, Lifetimes, lifetimes
from crmeter.analysis.churn.reasons import stated
from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.metrics.dimensions import Filter, parse_filters
from crmeter.stats.survival.curve import Curve
from crmeter.warehouse.duck import Warehouse

Plain = dict[str, Any]
_NOT_SCORED = ("gender", "owner_id")  # whom a score must not treat by it, and who looks after them today


@dataclass(frozen=True)
class Asked:
    """What is looked at: customers whom ``filters`` leave, from ``since`` on (None: ever), as known on ``as_of``."""

    workspace: Workspace
    warehouse: Warehouse
    as_of: date
    since: date | None
    filters: Sequence[Filter]

    def lifetimes(self, by: Sequence[str] = (), *, returned: bool = False) -> Lifetimes:
        rules = self.workspace.rules
        found = lifetimes(
            self.warehouse, rules, self.as_of, since=self.since, by=by, filters=self.filters, returned=returned
        )
        if not len(found):
            raise UserError.of(
                t("There are no customers to follow."),
                next=t("Load orders or contracts, or loosen the filter."),
            )
        return found

    def as_json(self, found: Lifetimes | None = None) -> Plain:
        start = self.warehouse.load.history_start
        unseen = (
            0
            if found is None
            else curves.began_unseen(found, None if start is None else np.datetime64(start), self.workspace.rules)
        )
        return {
            "as_of": str(self.as_of),
            "since": self.since and str(self.since),
            "where": [str(f) for f in self.filters],
            "load": self.warehouse.load.number,
            "inactivity_days": self.workspace.rules.inactivity_days,
            "began_unseen": unseen,
        }


@contextmanager
def _asked(workspace: Workspace, as_of: date | None, since: date | None, where: Sequence[str]) -> Iterator[Asked]:
    filters = parse_filters(where)
    with believed(workspace) as warehouse:
        horizon = warehouse.load.as_of
        if as_of is not None and as_of > horizon:
            raise UserError.of(
                t("The data ends before {day}.", day=as_of), next=t("Choose {day} or an earlier day.", day=horizon)
            )
        if since is not None and since >= (as_of or horizon):
            raise UserError.of(t("--from {start} is not before --as-of {end}.", start=since, end=as_of or horizon))
        yield Asked(workspace, warehouse, as_of or horizon, since, filters)


def survival(
    workspace: Workspace, *, by: Sequence[str] = (), as_of: date | None = None, since: date | None = None,
    where: Sequence[str] = (), returned: bool = False,
) -> Plain:  # fmt: skip
    """The survival of customers by kind of relationship, and by each dimension of ``by``; without one, all attributes
    are looked through for those whose members differ. ``returned`` follows customers from their return."""
    with _asked(workspace, as_of, since, where) as asked:
        named = dimensions.chosen(asked.warehouse, by)
        looked_at = named or dimensions.searched(asked.warehouse)
        found = asked.lifetimes(looked_at, returned=returned)
        tests = curves.compared(found, looked_at)
        told = curves.survival(found, workspace.rules)
        split = {name: curves.survival(found, workspace.rules, name) for name in named}
        return asked.as_json(found) | {
            "spells": "returned" if returned else "first",
            "small_sample_below": LEAST,
            "all": [_survival(each) for each in told],
            "by": [
                {"dimension": name, "groups": [_survival(each) for each in each_of]} for name, each_of in split.items()
            ],
            "compared": [_compared(each) for each in tests],
        }


def _survival(found: curves.Survival) -> Plain:
    median, low, high = found.median
    return {
        "relationship": found.relationship,
        "group": found.level and _level(found.level),
        "customers": found.customers,
        "lost": found.lost,
        "status": "ok" if found.customers >= LEAST else "small_sample",
        "median_months": median,
        "median_low": low,
        "median_high": high,
        "retention": [vars(each) for each in found.retention],
        "curve": _steps(found.curve),
    }


def _steps(curve: Curve) -> list[Plain]:
    """The curve step by step, ending where it is no longer known."""
    rows = zip(
        curve.times.tolist(), curve.survival.tolist(), curve.low, curve.high, curve.at_risk.tolist(),
        curve.events.tolist(), strict=True,
    )  # fmt: skip
    names = ("months", "value", "low", "high", "at_risk", "lost")
    steps = [{"months": 0.0, "value": 1.0, "low": None, "high": None, "at_risk": curve.count, "lost": 0}]
    steps += [dict(zip(names, row, strict=True)) for row in rows]
    return [*steps, steps[-1] | {"months": curve.last, "lost": 0}]


def _level(level: Level) -> Plain:
    return {"member": level.member, "merged": level.merged}


def _compared(each: curves.Compared) -> Plain:
    return {
        "dimension": each.dimension,
        "groups": each.groups,
        "statistic": each.test.statistic,
        "df": each.test.df,
        "p": each.test.p,
        "q": each.q,
        "beyond_noise": each.beyond_noise,
    }


def reasons(
    workspace: Workspace, *, by: Sequence[str] = (), as_of: date | None = None, since: date | None = None,
    where: Sequence[str] = (),
) -> Plain:  # fmt: skip
    """Why customers leave, as far as data tell: stated reasons, months of tenure, who leaves more often, and what had
    happened before."""
    with _asked(workspace, as_of, since, where) as asked:
        looked_at = dimensions.chosen(asked.warehouse, by) or dimensions.searched(asked.warehouse)
        found = asked.lifetimes(looked_at)
        before, slow = before_leaving.before_leaving(asked.warehouse, workspace.rules, found)
        noted = stated(asked.warehouse, found)
        return asked.as_json(found) | {
            "customers": len(found),
            "lost": int(found.observed.sum()),
            "stated": {"lost": noted.lost, "told": noted.told, "reasons": [vars(each) for each in noted.reasons]},
            "stages": [_stages(found.of(kind), kind, workspace) for kind in found.relationships()],
            "leaving": [_leaving(each) for each in curves.leaving(found, looked_at)],
            "before": [_before(each) for each in before],
            "window_days": before_leaving.WINDOW,
            "slow_hours": slow,
        }


def _stages(found: Lifetimes, relationship: str, workspace: Workspace) -> Plain:
    months = stages.stages(found)
    if relationship == PURCHASE:  # before then nobody can be seen to leave: their zeros tell nothing
        hidden = curves.hidden_days(workspace.rules)
        months = [month for month in months if month.month * curves.MONTH_DAYS > hidden - curves.MONTH_DAYS / 2]
    peak = stages.peak(months)
    return {
        "relationship": relationship,
        "months": [vars(month) for month in months],
        "peak": peak and vars(peak),
    }


def _leaving(each: curves.Leaving) -> Plain:
    return {
        "dimension": each.dimension,
        "group": _level(each.level),
        "lost": each.lost,
        "expected": each.expected,
        "ratio": each.ratio and each.ratio.value,
        "low": each.ratio and each.ratio.low,
        "high": each.ratio and each.ratio.high,
        "q": each.q,
        "beyond_noise": each.beyond_noise,
    }


def _before(each: before_leaving.Before) -> Plain:
    ratio = each.ratio
    return {
        "condition": each.condition,
        "lost": each.lost,
        "had_it": each.had_it,
        "ratio": ratio and ratio.value,
        "low": ratio and ratio.low,
        "high": ratio and ratio.high,
        "q": each.q,
        "beyond_noise": each.beyond_noise,
        "reason": None if ratio else "too_few",
    }


def factors(
    workspace: Workspace, *, by: Sequence[str] = (), as_of: date | None = None, since: date | None = None,
    where: Sequence[str] = (),
) -> Plain:  # fmt: skip
    """What goes with leaving when the other dimensions are alike (Cox's regression)."""
    with _asked(workspace, as_of, since, where) as asked:
        named = dimensions.chosen(asked.warehouse, by)
        looked_at = named or dimensions.searched(asked.warehouse)
        found = regressed(asked.lifetimes(looked_at), looked_at, named=bool(named))
        return asked.as_json() | {
            "customers": found.customers,
            "lost": found.lost,
            "passed_over": found.passed_over,
            "concordance": found.concordance,
            "lost_per_group": ENDS_A_TERM,
            "factors": [_factor(each) for each in found.factors],
            "left_out": [{"dimension": name, "reason": why} for name, why in found.left_out],
        }


def _factor(each: Factor) -> Plain:
    plain = {name: getattr(each, name) for name in ("dimension", "lost", "ratio", "low", "high", "p", "q")}
    return plain | {
        "group": _level(each.level),
        "reference": _level(each.reference),
        "beyond_noise": each.beyond_noise,
        "proportional_p": each.proportional_p,
        "proportional": each.proportional,
    }


def score(
    workspace: Workspace, *, without: Sequence[str] = (), horizon: int | None = None, as_of: date | None = None,
    where: Sequence[str] = (), top: int | None = 20,
) -> Plain:  # fmt: skip
    """The chance of each customer to be lost within ``horizon`` days, the ``top`` ones of each kind of relationship,
    with the trial of the score. ``without`` leaves attributes out."""
    with _asked(workspace, as_of, None, where) as asked:
        left_out = {*dimensions.chosen(asked.warehouse, without), *(dimensions.PREFIX + name for name in _NOT_SCORED)}
        by = [name for name in dimensions.searched(asked.warehouse) if name not in left_out]
        found = scoring.scores(
            asked.warehouse, workspace.rules, asked.as_of, by, horizon=horizon, filters=asked.filters
        )
        if not found:
            raise UserError.of(
                t("There are no customers to follow."), next=t("Load orders or contracts, or loosen the filter.")
            )
        return asked.as_json() | {
            "attributes": by,
            "least_to_learn": scoring.LEAST_TO_LEARN,
            "least_to_try": scoring.LEAST_TO_TRY,
            "currency": workspace.rules.currency,
            "scores": [_scores(each, top) for each in found],
        }


def _scores(found: scoring.Scores, top: int | None) -> Plain:
    trial = found.trial
    return {
        "relationship": found.relationship,
        "status": found.status,
        "horizon_days": found.horizon,
        "trained_on": str(found.trained_on),
        "tried_on": str(found.tried_on),
        "learned": dict(zip(("customers", "lost"), found.learned, strict=True)),
        "tried": dict(zip(("customers", "lost"), found.tried, strict=True)),
        "scored": len(found.customers),
        "not_yet": found.not_yet,
        "trial": None if trial is None else _trial(trial),
        "customers": [
            {
                "customer_id": each.customer,
                "chance": each.chance,
                "notice": each.notice and str(each.notice),
                "reasons": [vars(reason) for reason in each.reasons],
            }
            for each in found.customers[:top]
        ],
    }


def _trial(trial: scoring.Trial) -> Plain:
    names = ("customers", "lost", "base", "brier", "brier_base", "skill", "calibration_error")
    return {name: getattr(trial, name) for name in names} | {
        "auc": trial.ranking.value,
        "auc_low": trial.ranking.low,
        "auc_high": trial.ranking.high,
        "helps": trial.skill > 0 and (trial.ranking.low or 0.0) > 0.5,
        "too_good": list(trial.too_good),
        "deciles": [vars(part) for part in trial.deciles],
    }


def rows(found: Mapping[str, Any]) -> list[Plain]:
    """One row for each customer scored, for a file."""
    return [
        {
            "customer_id": each["customer_id"],
            "relationship": kind["relationship"],
            "horizon_days": kind["horizon_days"],
            "chance": each["chance"],
            "notice": each["notice"],
            **{f"reason_{n}": reason["feature"] for n, reason in enumerate(each["reasons"], 1)},
        }
        for kind in found["scores"]
        for each in kind["customers"]
    ]
