"""Do the intervals of customer values hold what they say? Companies are made up by each model, the model is fitted to
their history, and the same customers go on buying.

Each company has 1,000 customers who came over 400 days; the history ends on day 540, the horizon is 365 days. Truth is
known: each customer's own rate, stay and order value. Measured are

value_of_customer, orders_of_customer   share of customers whose future lay within their 95% prediction interval; it may
    be above 95%, since purchases come whole, and most intervals begin at 0
total            share of companies whose total value lay within the 95% prediction interval of the total
tier_high        the same of the customers of the tier high
group            the same of groups of 25 customers drawn by lot
expectation      share of companies for which the 95% interval of the expected total held the expected total under the
    true parameters, which is what that interval is about
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from crmeter.analysis.clv.models import FITS
from crmeter.analysis.clv.order_history import Bought, Cut, HeldOut, OrderHistory
from crmeter.analysis.clv.scores import Scores
from crmeter.analysis.clv.tiers import tiers
from crmeter.analysis.clv.worth import Money, order_value
from crmeter.model.tiers import Cuts
from crmeter.stats.clv.bg_nbd import BgNbd
from crmeter.stats.clv.gamma_gamma import GammaGamma
from crmeter.stats.clv.histories import Histories
from crmeter.stats.clv.mbg_nbd import MbgNbd
from crmeter.stats.clv.order_model import DAYS_OF_YEAR
from crmeter.stats.clv.pareto_nbd import ParetoNbd

TRUTH = {
    "bg_nbd": BgNbd.of(0.8, 60.0, 0.9, 3.0),
    "mbg_nbd": MbgNbd.of(2.0, 180.0, 1.0, 2.6),
    "pareto_nbd": ParetoNbd.of(0.8, 60.0, 0.7, 150.0),
}
WORTH = GammaGamma.of(3.0, 4.5, 900.0)
ENDS, COMING, HORIZON, DISCOUNT = 540, 400, 365, 0.1
MONEY = Money(0.4, "stated", 0.05)
GROUP = 25


def company(name: str, customers: int, rng: np.random.Generator) -> tuple[Bought, np.ndarray, np.ndarray]:
    """What the customers bought up to the end, what they buy after it, and what that is worth."""
    model = TRUTH[name]
    fit = model.fit
    rate = rng.gamma(fit["r"], 1 / fit["alpha"], customers)
    if name == "pareto_nbd":
        stay = rng.exponential(1 / rng.gamma(fit["s"], 1 / fit["beta"], customers))
        chance = np.zeros(customers)
    else:
        stay, chance = np.full(customers, np.inf), rng.beta(fit["a"], fit["b"], customers)
    scale = rng.gamma(WORTH.fit["q"], 1 / WORTH.fit["v"], customers)
    age = rng.integers(ENDS - COMING, ENDS, customers)
    days, last, spent, orders, value = (np.zeros(customers) for _ in range(5))
    for i in range(customers):
        at = 0.0
        leaves = name == "mbg_nbd" and rng.random() < chance[i]
        times = [0.0]
        while not leaves:
            at += rng.exponential(1 / rate[i])
            if at > age[i] + HORIZON or at > stay[i]:
                break
            times.append(at)
            leaves = rng.random() < chance[i]
        each, amounts = np.array(times), rng.gamma(WORTH.fit["p"], 1 / scale[i], len(times))
        known = each <= age[i]
        days[i], last[i], spent[i] = known.sum(), each[known][-1], amounts[known].sum()
        orders[i] = (~known).sum()
        value[i] = (amounts[~known] * (1 + DISCOUNT) ** (-(each[~known] - age[i]) / DAYS_OF_YEAR)).sum() * MONEY.kept
    histories = Histories((days - 1).astype(np.int64), last, age.astype(float))
    return Bought(histories, days.astype(np.int64), spent), orders, value


def scored(name: str, bought: Bought) -> Scores:
    """The company's customers by the model fitted to them."""
    nobody = HeldOut(np.zeros(0, np.intp), bought.of(np.zeros(0, np.intp)), *(np.zeros(0, np.int64),) * 2, np.zeros(0))
    ids = np.array([str(i) for i in range(len(bought.amount))], dtype=object)
    history = OrderHistory(Cut(date(2025, 1, 1), 0), ids, bought, nobody)
    worth = order_value(bought)
    assert worth is not None
    return Scores(history, FITS[name](bought.histories), worth, MONEY, HORIZON, DISCOUNT)


def one(name: str, customers: int, seed: int, shown: int) -> dict[str, list[bool]]:
    """Which of the intervals of one company held."""
    rng = np.random.default_rng(seed)
    bought, orders, value = company(name, customers, rng)
    found = scored(name, bought)
    rows = rng.choice(customers, shown, replace=False).tolist()
    held: dict[str, list[bool]] = {"value_of_customer": [], "orders_of_customer": []}
    for row, told in zip(rows, found.of_customers(rows), strict=True):
        for kind, real in (("value", value[row]), ("orders", orders[row])):
            number = told[f"expected_{kind}"]
            assert number.prediction_low is not None and number.prediction_high is not None
            held[f"{kind}_of_customer"].append(bool(number.prediction_low <= real <= number.prediction_high))
    high = (tiers(found.expected_value, Cuts()).codes == 0).astype(np.intp)
    lot = rng.permutation(customers) // GROUP
    for kind, codes, which in (
        ("total", np.zeros(customers, np.intp), [0]),
        ("tier_high", high, [1]),
        ("group", lot, range(4)),
    ):
        told_groups = found.of_groups(codes, int(codes.max()) + 1)
        held[kind] = []
        for code in which:
            told_of, real = told_groups[code], value[codes == code].sum()
            assert told_of.prediction_low is not None and told_of.prediction_high is not None
            held[kind].append(bool(told_of.prediction_low <= real <= told_of.prediction_high))
        if kind == "total":
            orders_true = TRUTH[name].discounted_orders(bought.histories, HORIZON, DISCOUNT)
            true = (orders_true * WORTH.expected_order_value(bought.valued_days, bought.mean_value)).sum() * MONEY.kept
            held["expectation"] = [bool(told_groups[0].low <= true <= told_groups[0].high)]
    return held


def study(companies: int = 60, customers: int = 1_000, shown: int = 25, seed: int = 0) -> dict[str, Any]:
    """The share of intervals of each kind that held, by model, with the number they are shares of."""
    found: dict[str, Any] = {"companies": companies, "customers": customers}
    for name in TRUTH:
        parts: dict[str, list[bool]] = {}
        for number in range(companies):
            for kind, held in one(name, customers, seed + number, shown).items():
                parts.setdefault(kind, []).extend(held)
        found[name] = {kind: {"held": round(float(np.mean(h)), 4), "of": len(h)} for kind, h in parts.items()}
    return found
