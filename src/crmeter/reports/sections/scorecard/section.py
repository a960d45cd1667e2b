"""Every KPI of the evaluation: now, against the period before, a year before and its target."""

from __future__ import annotations

from collections.abc import Mapping

from crmeter.kernel.messages import t
from crmeter.reports import words
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    base = reading.document["base"]
    columns = [
        (kind, heading, reading.base_period(kind))
        for kind, heading in (("previous", t("Period before")), ("year", _year_heading(base.get("year"))))
        if base.get(kind)
    ]
    if any("target" in line.comparisons for line in reading.lines):
        columns.append(("target", t("Target"), ""))
    return {
        "columns": columns,
        "families": [(code, words.family(code), lines) for code, lines in reading.families.items()],
    }


def _year_heading(base: Mapping[str, object] | None) -> str:
    return t("A year before, by Spring Festival") if (base or {}).get("aligned") else t("A year before")


SCORECARD = Section("scorecard", lambda: t("Scorecard"), _facts)
