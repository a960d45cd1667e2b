"""Saved segments of customers: what they stand for, how they do, and who of them may be written to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crmeter.analysis import segments as analysis
from crmeter.analysis.segments import PERSONAL, Contact, Line
from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.app.settings.kinds import nearest
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.metrics.dimensions import RFM, TIER, Filter, parse_filters
from crmeter.model.rfm import RFM_GROUPS
from crmeter.model.tiers import HIGH, LOW, MEDIUM
from crmeter.reports.publication.comma_separated import csv_file
from crmeter.reports.publication.publication import Table
from crmeter.reports.publication.workbook import sheet_file
from crmeter.store.segments import SegmentStore, StoredSegment

TIERS = (HIGH, MEDIUM, LOW)
LONGEST_NAME = 100
MARKETING, SERVICE = PURPOSES = ("marketing", "service")


def save(
    workspace: Workspace, name: str, where: Sequence[str], rfm: str | None = None, tier: str | None = None
) -> dict[str, Any]:
    """Save a segment under a name; its definition and how many customers it has now.

    UserError with everything that is wrong with the name, the filters, the group or the tier.
    """
    raise_if_any(_problems(name, where, rfm, tier))
    segment = StoredSegment(name.strip(), "", tuple(where), rfm, tier)
    counted = _counted(workspace, segment)
    SegmentStore(workspace.store_url).add(segment.name, where, rfm, tier)
    return {**_plain(segment), **counted}


def _problems(name: str, where: Sequence[str], rfm: str | None, tier: str | None) -> list[Problem]:
    found: list[Problem] = []
    named = name.strip()
    if not named or len(named) > LONGEST_NAME or not named.isprintable():
        found.append(Problem(t("A segment needs a name of 1 to {most} signs, on one line.", most=LONGEST_NAME)))
    if not where and rfm is None and tier is None:
        found.append(
            Problem(
                t("A segment needs a condition: without one it is all customers."),
                next=t("Add --where EXPR, --rfm GROUP or --tier TIER."),
            )
        )
    for word, words in ((rfm, RFM_GROUPS), (tier, TIERS)):
        if word is not None and word not in words:
            near = nearest(word, words)
            found.append(Problem(t("“{word}” is none of {words}.", word=word, words=", ".join(words)), next=near or ""))
    return found


def filters_of(segment: StoredSegment) -> tuple[Filter, ...]:
    """The filters that a segment stands for."""
    derived = ((RFM, segment.rfm), (TIER, segment.tier))
    return (
        *parse_filters(segment.where),
        *(Filter(f"customer.{name}", (value,)) for name, value in derived if value is not None),
    )


def _counted(workspace: Workspace, segment: StoredSegment) -> dict[str, Any]:
    with believed(workspace) as warehouse:
        own, every = analysis.size(warehouse, workspace.rules, filters_of(segment))
        return {"customers": own, "of": every, "as_of": str(warehouse.load.as_of), "load": warehouse.load.number}


def _plain(segment: StoredSegment) -> dict[str, Any]:
    told = asdict(segment)
    told["where"] = list(segment.where)
    return told


def saved(workspace: Workspace) -> list[dict[str, Any]]:
    """The saved segments by name."""
    return [_plain(segment) for segment in SegmentStore(workspace.store_url).list()]


def delete(workspace: Workspace, name: str) -> None:
    """Forget a segment; UserError where there is none of the name."""
    SegmentStore(workspace.store_url).delete(name)


def show(workspace: Workspace, name: str, period: str | None = None) -> dict[str, Any]:
    """A segment as it is now: its size, and its KPIs of a period (the last full quarter) beside those of all."""
    segment = SegmentStore(workspace.store_url).get(name)
    filters = filters_of(segment)
    with believed(workspace) as warehouse:
        own, every = analysis.size(warehouse, workspace.rules, filters)
        whole = the_period(workspace.rules, warehouse.load.as_of, period, None, None)
        lines = analysis.profile(warehouse, workspace.rules, filters, whole) if own else []
        as_of, load = str(warehouse.load.as_of), warehouse.load.number
    return {
        **_plain(segment),
        "customers": own,
        "of": every,
        "as_of": as_of,
        "load": load,
        "period": {"name": workspace.rules.calendar.name(whole), "start": str(whole.start), "end": str(whole.end)},
        "chosen_by_purchases": segment.rfm is not None or segment.tier is not None,
        "kpis": [_line(line) for line in lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "kpi": line.kpi.id,
        "segment": line.own.as_json(),
        "all": line.every.as_json(),
        "change": line.change,
        "low": line.low,
        "high": line.high,
        "p": line.p,
        "verdict": line.verdict,
        "reason": line.reason,
    }


@dataclass(frozen=True)
class Export:
    """A file of customer ids: its content, how many it holds, and how many were left out for which reason."""

    content: bytes
    exported: int
    left_out: dict[str, int]
    purpose: str
    columns: tuple[str, ...]


def export(workspace: Workspace, name: str, path: Path, *, purpose: str = MARKETING, personal: bool = False) -> Export:
    """The customers of a segment as CSV or, by the name of the file, xlsx.

    For marketing only those who have consented; ``personal`` adds name, e-mail and telephone. UserError for a file of
    another kind.
    """
    form = path.suffix.lower()
    if form not in (".csv", ".xlsx"):
        raise UserError.of(
            t("{path} is neither a CSV nor an xlsx file.", path=path), next=t("Name a file that ends in .csv or .xlsx.")
        )
    segment = SegmentStore(workspace.store_url).get(name)
    with believed(workspace) as warehouse:
        every = analysis.contacts(warehouse, workspace.rules, filters_of(segment))
    found = [contact for contact in every if not contact.erased]
    kept = [contact for contact in found if purpose == SERVICE or contact.consent]
    table = _table(kept, personal)
    content = csv_file(table) if form == ".csv" else sheet_file(table, segment.name)
    left_out = {
        "erased": len(every) - len(found),
        "no_consent": sum(c.consent is False for c in found) if purpose == MARKETING else 0,
        "consent_unknown": sum(c.consent is None for c in found) if purpose == MARKETING else 0,
    }
    return Export(content, len(kept), left_out, purpose, tuple(table.columns))


def _table(kept: Sequence[Contact], personal: bool) -> Table:
    columns = ("customer_id", *(PERSONAL if personal else ()))
    rows = [(contact.customer_id, *(contact.personal if personal else ())) for contact in kept]
    return Table("customers", dict.fromkeys(columns, "VARCHAR"), rows)


def as_json(found: object) -> str:
    """Plain values as JSON."""
    return json.dumps(found, ensure_ascii=False, indent=1)
