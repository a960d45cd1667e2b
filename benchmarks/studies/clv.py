"""Are the parameters of the customer value models recovered, and their standard errors right?

For each model many made-up companies are drawn from known parameters and fitted. Told are: the median of estimate over
truth; how often the truth lies within 1.96 standard errors, of the parameter and of its logarithm (which is how
intervals are drawn); how often the expectation of a new customer's year does; and how many fits named a parameter that
the data do not tell, which then have no errors to judge.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.clv_histories import (
    BG_NBD,
    GAMMA_GAMMA,
    MBG_NBD,
    PARETO_NBD,
    SHIFTED_BETA_GEOMETRIC,
    beta_dropout,
    order_values,
    pareto,
    renewals,
)
from crmeter.stats.clv import bg_nbd, gamma_gamma, mbg_nbd, pareto_nbd, shifted_beta_geometric
from crmeter.stats.clv.histories import Histories

CUSTOMERS = 3000
REPLICATIONS = 600
WITHIN = 1.959964
YEAR = 365.0


def study() -> dict[str, Any]:
    """Recovery and coverage for each model."""
    models = {model: judged(model, CUSTOMERS, REPLICATIONS) for model in MODELS}
    ranges = {}
    for kind in ("covered", "covered_in_logs"):
        shares = [share for found in models.values() for share in found[kind].values()]
        ranges[kind] = [min(shares), max(shares)]
    return {
        "customers": CUSTOMERS,
        "replications": REPLICATIONS,
        "nominal": 0.95,
        "error_of_a_share": round(math.sqrt(0.95 * 0.05 / REPLICATIONS), 4),
        "least_and_greatest": ranges,
        "models": models,
    }


def judged(model: str, customers: int, replications: int, seed: int = 1000) -> dict[str, Any]:
    """What so many made-up companies show of one model."""
    fitted, truth = MODELS[model]
    ratios, plain, logs, years, named = [], [], [], [], 0
    for replication in range(replications):
        found = fitted(customers, seed + replication)
        if not found.fit.is_ok:
            named += 1
            continue
        errors = np.array(found.fit.standard_errors, dtype=float)
        estimates = found.fit.parameters
        ratios.append(estimates / truth)
        plain.append(np.abs(estimates - truth) < WITHIN * errors)
        logs.append(np.abs(np.log(estimates / truth)) < WITHIN * errors / estimates)
        if hasattr(found, "expected_orders_of_new"):
            years.append(_year_is_covered(found, truth))
    names = found.names
    result = {
        "truth": dict(zip(names, truth, strict=True)),
        "median_of_estimate_over_truth": _by_name(names, np.median(ratios, axis=0)),
        "covered": _by_name(names, np.mean(plain, axis=0)),
        "covered_in_logs": _by_name(names, np.mean(logs, axis=0)),
        "fits_that_named_a_parameter": named,
    }
    if years:
        result["year_of_a_new_customer_covered"] = round(float(np.mean(years)), 4)
    return result


def _year_is_covered(found: Any, truth: tuple[float, ...]) -> bool:
    expected = found.expected_orders_of_new([YEAR])[0]
    error = found.standard_errors_of(lambda model: model.expected_orders_of_new([YEAR]))[0]
    return bool(abs(expected - found.with_parameters(truth).expected_orders_of_new([YEAR])[0]) < WITHIN * error)


def _by_name(names: tuple[str, ...], values: Any) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def _bg_nbd(customers: int, seed: int) -> bg_nbd.BgNbd:
    return bg_nbd.fit(Histories(*beta_dropout(customers, seed)))


def _mbg_nbd(customers: int, seed: int) -> mbg_nbd.MbgNbd:
    return mbg_nbd.fit(Histories(*beta_dropout(customers, seed, MBG_NBD, leaves_after_first=True)))


def _pareto_nbd(customers: int, seed: int) -> pareto_nbd.ParetoNbd:
    return pareto_nbd.fit(Histories(*pareto(customers, seed)))


def _gamma_gamma(customers: int, seed: int) -> gamma_gamma.GammaGamma:
    orders = np.random.default_rng(seed).poisson(2.0, customers)
    return gamma_gamma.fit(orders, order_values(orders, seed))


def _shifted_beta_geometric(customers: int, seed: int) -> shifted_beta_geometric.ShiftedBetaGeometric:
    *left, there = renewals(customers, 7, seed)
    return shifted_beta_geometric.fit(left, there)


MODELS: dict[str, tuple[Callable[[int, int], Any], tuple[float, ...]]] = {
    "bg_nbd": (_bg_nbd, BG_NBD),
    "mbg_nbd": (_mbg_nbd, MBG_NBD),
    "pareto_nbd": (_pareto_nbd, PARETO_NBD),
    "gamma_gamma": (_gamma_gamma, GAMMA_GAMMA),
    "shifted_beta_geometric": (_shifted_beta_geometric, SHIFTED_BETA_GEOMETRIC),
}
