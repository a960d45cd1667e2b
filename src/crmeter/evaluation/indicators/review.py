"""Reviewing the indicator system itself: what is overdue, what serves nothing, what nobody could decide by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from crmeter.evaluation.indicators.system import Indicator, IndicatorSystem
from crmeter.kernel.messages import t

SEVERITIES = ("error", "warning")


@dataclass(frozen=True)
class Lack:
    """Something the indicator system lacks. ``kind`` is a code, ``about`` the objective or KPI, ``text`` says it."""

    severity: str
    kind: str
    about: str
    text: str


def lacks(
    system: IndicatorSystem,
    today: date,
    *,
    targets: Collection[str] = (),
    delivered: Mapping[str, Collection[str]] | None = None,
    needed: Mapping[str, Collection[str]] | None = None,
) -> list[Lack]:
    """Everything the system lacks on ``today``, errors first.

    ``targets`` are KPIs that have a target; ``delivered`` the canonical tables of each source, ``needed`` those that
    each KPI rests on.
    """
    found = [*_of_objectives(system), *_unserved(system, targets)]
    for indicator in system.indicators:
        if indicator.active:
            found += _of_indicator(indicator, today, targets)
            found += _of_sources(indicator, delivered or {}, (needed or {}).get(indicator.kpi, ()))
    return sorted(found, key=lambda lack: SEVERITIES.index(lack.severity))


def _of_objectives(system: IndicatorSystem) -> Iterator[Lack]:
    if not system.objectives:
        yield Lack("error", "no_objectives", "", t("There is no objective: nothing says what the KPIs are for."))
    for objective in system.objectives:
        if not system.of(objective.id):
            said = t("“{objective}” has no KPI: nothing shows whether it is reached.", objective=objective.name)
            yield Lack("error", "objective_without_kpi", objective.id, said)


def _unserved(system: IndicatorSystem, targets: Collection[str]) -> Iterator[Lack]:
    for indicator in system.indicators:
        if not indicator.objectives:
            yield Lack(
                "error", "kpi_without_objective", indicator.kpi, t("{kpi} serves no objective.", kpi=indicator.kpi)
            )
    for kpi in targets:
        if system.indicator(kpi) is None:
            said = t("{kpi} has a target in crmeter.toml and serves no objective.", kpi=kpi)
            yield Lack("error", "target_without_objective", kpi, said)


def _of_indicator(indicator: Indicator, today: date, targets: Collection[str]) -> Iterator[Lack]:
    kpi = indicator.kpi
    if indicator.review_by is None:
        said = t("{kpi} has no day by which it is reviewed.", kpi=kpi)
        yield Lack("warning", "no_review", kpi, said)
    elif indicator.review_by < today:
        days = (today - indicator.review_by).days
        said = t("The review of {kpi} by {owner} is {days} days overdue: it was due by {day}.",
                 kpi=kpi, owner=indicator.owner, days=days, day=indicator.review_by)  # fmt: skip
        yield Lack("error", "overdue_review", kpi, said)
    if not indicator.decision:
        yield Lack("warning", "no_decision", kpi, t("{kpi} drives no decision that is written down.", kpi=kpi))
    if not indicator.sources:
        yield Lack("warning", "no_source", kpi, t("{kpi} names no data source.", kpi=kpi))
    if "target" in indicator.against and kpi not in targets:
        said = t("{kpi} is to be held against a target, and crmeter.toml has none.", kpi=kpi)
        yield Lack("warning", "no_target", kpi, said)


def _of_sources(
    indicator: Indicator, delivered: Mapping[str, Collection[str]], needed: Collection[str]
) -> Iterator[Lack]:
    named = [source for source in indicator.sources if source in delivered]
    if not named or not needed:
        return
    if not set(needed) & {table for source in named for table in delivered[source]}:
        said = t("{kpi} rests on {tables}; {sources} deliver none of it.", kpi=indicator.kpi,
                 tables=", ".join(sorted(needed)), sources=", ".join(named))  # fmt: skip
        yield Lack("warning", "source_without_data", indicator.kpi, said)
