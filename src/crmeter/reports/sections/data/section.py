"""What the numbers rest on: rows, quarantine, notes, and the KPIs that could not be computed."""

from __future__ import annotations

from collections.abc import Mapping

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    data = reading.document["data"]
    notes = [
        words.note(found["kind"], int(found.get("count") or 0), found.get("table") or "", found.get("text") or "")
        for found in data["notes"]
    ]
    remarked = [line for line in reading.lines if line.now.defined and line.now.reason]
    notes += [f"{line.card.name}{t(': ')}{line.now.reason}" for line in remarked]
    return {
        "tables": [
            (words.table(found["table"]), numbers.count(found["rows"]), numbers.count(found["quarantined"]))
            for found in data["tables"]
        ],
        "notes": notes,
        "undefined": reading.undefined,
    }


DATA = Section("data", lambda: t("Data"), _facts)
