"""Risks: what has not happened yet and may. Facts that are counted, forecasts, and trends that are not noise alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from crmeter.analysis.selection import customers_chosen
from crmeter.analysis.voice.risk import LOW, SILENT, WAITING, silent_risk
from crmeter.evaluation.comparison import YEAR
from crmeter.evaluation.findings import fact_of
from crmeter.evaluation.judging import Judged
from crmeter.evaluation.roots import FAILING, failing_rules
from crmeter.evaluation.scope import Scope
from crmeter.kpis import FAMILY_OF
from crmeter.metrics import Better, Kpi, Unit
from crmeter.model.rules import Rules
from crmeter.stats.multiple import adjusted_p
from crmeter.stats.trend import rising_p
from crmeter.warehouse.duck import Warehouse

Plain = dict[str, Any]
SILENT_CUSTOMERS, CONTRACTS, GOAL, TREND, ALERT, INPUT = (
    "silent_customers", "contracts_ending", "goal_at_risk", "worsening_trend", "alert_running", "data_of_input",
)  # fmt: skip
#: KPIs that a company is led by where it has chosen none itself.
HEADLINES = (
    "revenue",
    "churn_rate.cohort",
    "retention_rate.cohort",
    "clv.profit",
    "nps",
    "csat.mean",
    "win_rate",
    "cac",
)
FEWEST = 7  # values that a trend needs
STEADY = 0.01  # false discovery rate of trends: neighbouring periods are not quite new draws
#: Levels that move slowly, so that one period is no new draw, and rates that fall because the company grows.
_STOCKS = {"tenure_days", "loyalty_index", "clv", "open_cases", "net_revenue_retention", "freshness_hours",
           "sales_growth", "acquisition_rate"}  # fmt: skip
_OF_ROWS = ("satisfaction", "service", "sales", "customers", "value", "marketing")


def risks(
    warehouse: Warehouse, rules: Rules, scope: Scope, judged: Judged,
    goals: Sequence[Mapping[str, Any]], checks: Sequence[Mapping[str, Any]],
) -> list[Plain]:  # fmt: skip
    """Every risk, those that cost most first, then those without a price. ``goals`` are their states."""
    found = [*goals_at_risk(goals), *_trends(judged), *_alerts(scope), *_inputs(scope, judged, checks)]
    if scope.period.end <= warehouse.load.as_of <= scope.period.end + timedelta(days=scope.period.days):
        # facts of the horizon: of an older period they say nothing
        found += [*_silent(warehouse, rules, scope), *_contracts(warehouse, rules, scope)]
    priced = sorted(found, key=lambda risk: (risk["amount"] is None, -abs(risk["amount"] or 0.0)))
    return [{**risk, "rank": rank} for rank, risk in enumerate(priced, 1)]


def _risk(
    risk: str,
    figures: Plain,
    kpi: str | None = None,
    *,
    amount: float | None = None,
    per: str | None = None,
    p: float | None = None,
    certainty: str = "counted",
) -> Plain:
    """A risk: what is at stake (``amount`` below 0, ``per`` year or month), and how certain it is."""
    return {"risk": risk, "kpi": kpi, "amount": amount, "per": per, "p": p, "certainty": certainty, "figures": figures}


def _chosen(warehouse: Warehouse, rules: Rules, scope: Scope) -> set[str] | None:
    """The customers that the evaluation is about; None for everybody."""
    if not scope.filters:
        return None
    return {row[0] for row in warehouse.rows(customers_chosen(warehouse, rules, scope.filters))}


def _silent(warehouse: Warehouse, rules: Rules, scope: Scope) -> Iterator[Plain]:
    """Customers of the highest tier who wait for an answer, were content no more, or are not heard."""
    chosen = _chosen(warehouse, rules, scope)
    tier = [c for c in silent_risk(warehouse, rules, "high") if chosen is None or c.customer_id in chosen]
    quiet = [c for c in tier if c.state in (WAITING, LOW, SILENT)]
    if quiet:
        states = {state: sum(c.state == state for c in quiet) for state in (WAITING, LOW, SILENT)}
        figures = {"customers": len(quiet), "of": len(tier), **states}
        yield _risk(SILENT_CUSTOMERS, figures, amount=-sum(c.revenue for c in quiet), per="year")


def _contracts(warehouse: Warehouse, rules: Rules, scope: Scope) -> Iterator[Plain]:
    """Contracts that are known to end in the period after the horizon, without another one after them."""
    as_of = warehouse.load.as_of
    rows = warehouse.execute(
        "SELECT s.customer_id, s.monthly_amount::DOUBLE, s.currency = $currency FROM main.subscription AS s "
        "WHERE s.ended_on >= $start AND s.ended_on < $end AND NOT EXISTS (FROM main.subscription AS o "
        "WHERE o.customer_id = s.customer_id AND o.subscription_id <> s.subscription_id "
        "AND (o.ended_on IS NULL OR o.ended_on > s.ended_on))",
        {"currency": rules.currency, "start": as_of, "end": as_of + timedelta(days=scope.period.days)},
    )
    chosen = _chosen(warehouse, rules, scope)
    own = [row for row in rows if chosen is None or row[0] in chosen]
    if own:
        monthly = sum(amount for _, amount, ours in own if ours)
        until = as_of + timedelta(days=scope.period.days)
        figures = {"contracts": len(own), "foreign": sum(not ours for _, _, ours in own), "until": until.isoformat()}
        yield _risk(CONTRACTS, figures, "recurring_revenue", amount=-monthly, per="month")


def goals_at_risk(goals: Sequence[Mapping[str, Any]]) -> Iterator[Plain]:
    """Goals whose forecast does not reach the target with enough probability."""
    for told in goals:
        if told["status"] in ("at_risk", "off_track"):
            goal = told["goal"]
            figures = {
                "goal": goal["id"],
                "name": goal["name"],
                "status": told["status"],
                "target": told["target"],
                "value": told["value"]["value"],
                "probability": (told["expected"] or {}).get("probability"),
                "until": goal["period"]["end"],
            }
            yield _risk(GOAL, figures, goal["kpi"], certainty="forecast")


def _trends(judged: Judged) -> Iterator[Plain]:
    """KPIs whose values of nine periods get worse one after the other, though no comparison is beyond noise yet."""
    said = {fact_of(f.comparison.kpi) for f in judged.findings}
    tested: list[tuple[Kpi, float, list[float]]] = []
    for kpi in judged.kpis:
        better = kpi.direction(judged.found.rules)
        if better is Better.NONE or not _is_drawn_anew(kpi) or fact_of(kpi) in said:
            continue
        own = judged.own(kpi)
        if YEAR not in own or own[YEAR].verdict != "no_change":
            continue
        values = [*(judged.found.value(kpi, period).value for period in judged.trend), own[YEAR].now.value]
        known = [v for v in values if v is not None]
        if len(known) >= FEWEST:
            tested.append((kpi, rising_p([v if better is Better.DOWN else -v for v in known]), known))
    adjusted = adjusted_p([p for _, p, _ in tested])
    facts: set[str] = set()
    for (kpi, p, known), q in zip(tested, adjusted, strict=True):
        if q is not None and q <= STEADY and fact_of(kpi) not in facts:
            facts.add(fact_of(kpi))
            figures = {"q": q, "looked_at": len(tested), "values": known}
            yield _risk(TREND, figures, kpi.id, p=p, certainty="tested")


def _is_drawn_anew(kpi: Kpi) -> bool:
    """Whether each period's value is of its own rows, so that a trend is no echo, and none of growth alone."""
    grows = kpi.unit is Unit.COUNT or kpi.formula_is_sum
    return not grows and kpi.measure not in _STOCKS and FAMILY_OF.get(kpi.id) in _OF_ROWS and kpi.formula.has_interval


def _alerts(scope: Scope) -> Iterator[Plain]:
    for alert in scope.alerts:
        if alert.get("verdict") == "worse":
            figures = {name: alert.get(name) for name in ("since", "value", "expected")}
            yield _risk(ALERT, figures, alert["kpi"], p=alert.get("p"), certainty="tested")


def headlines(scope: Scope, judged: Judged) -> list[Kpi]:
    """The KPIs that the company is led by: of its goals, targets and indicators, else the usual ones."""
    wanted = {goal.kpi for goal in scope.goals} | set(scope.targets)
    wanted |= {indicator.kpi for indicator in scope.indicators.indicators if indicator.active}
    return [kpi for kpi in judged.kpis if kpi.id in (wanted or set(HEADLINES))]


def _inputs(scope: Scope, judged: Judged, checks: Sequence[Mapping[str, Any]]) -> Iterator[Plain]:
    """Tables of headline KPIs in which more than 1% of the rows break a rule of errors."""
    by_table: dict[str, list[str]] = {}
    for kpi in headlines(scope, judged):
        for table in kpi.tables:
            by_table.setdefault(table, []).append(kpi.id)
    for table, rule, failing in failing_rules(by_table, checks):
        if failing > FAILING:
            kpis = by_table[table]
            figures = {"table": table, "rule": rule, "failing": failing, "threshold": FAILING, "kpis": kpis}
            yield _risk(INPUT, figures, kpis[0])
