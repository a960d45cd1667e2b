"""What stands where in a tracking sheet. Headings are recognised in every language and in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmeter.kernel.messages import LANGUAGES, speaking, t

KPI, NAME, UNIT, DIRECTION, OWNER, BASELINE, TARGET = "kpi", "name", "unit", "direction", "owner", "baseline", "target"
LATEST, STATUS, NOTE = "latest", "status", "note"
BEFORE = (KPI, NAME, UNIT, DIRECTION, OWNER, BASELINE, TARGET)  # the columns before the periods
AFTER = (LATEST, STATUS, NOTE)
TO_READ = (KPI, OWNER, TARGET, NOTE)  # what is read back


def headings() -> dict[str, str]:
    """Code → heading, in the language of the moment."""
    return {
        KPI: t("ID"),
        NAME: t("KPI"),
        UNIT: t("Unit"),
        DIRECTION: t("Direction"),
        OWNER: t("Owner"),
        BASELINE: t("Baseline"),
        TARGET: t("Target"),
        LATEST: t("Latest"),
        STATUS: t("Status"),
        NOTE: t("Note"),
    }


def recognised() -> dict[str, str]:
    """Heading in small letters → code, in every language."""
    found: dict[str, str] = {}
    for lang in LANGUAGES:
        with speaking(lang):
            found |= {heading.casefold(): code for code, heading in headings().items()}
    return found


@dataclass(frozen=True)
class Line:
    """One KPI of a tracking sheet. ``actual`` has a number for each period, None where it is not known yet."""

    kpi: str
    name: str
    question: str
    formula: str
    unit: str
    better: str
    owner: str | None
    baseline: float | None
    target: float | None
    actual: Sequence[float | None]
    note: str | None


@dataclass(frozen=True)
class Sheet:
    """A tracking sheet: ``periods`` are the headings of the columns to fill, ``before`` the period of the baseline."""

    company: str
    currency: str
    title: str
    before: str
    periods: Sequence[str]
    lines: Sequence[Line]
    owners: Sequence[str]
    measured_until: str | None  # the day before which there are data


def number_format(unit: str) -> str:
    """How numbers of a unit are shown."""
    return {"share": "0.0%", "count": "#,##0", "money": "#,##0"}.get(unit, "#,##0.00")


def target_rule(unit: str) -> dict[str, Any]:
    """What a target may be; a share is written as 5% or 0.05."""
    least, most = (-10, 10) if unit == "share" else (-1e15, 1e15)
    said = t("A share is written as 5% or 0.05.") if unit == "share" else t("Write a number in the unit of the KPI.")
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": least,
        "maximum": most,
        "error_title": t("This is no target"),
        "error_message": said,
        **({"input_message": said} if unit == "share" else {}),
    }
