"""What each KPI means, and how to read the words of the report."""

from __future__ import annotations

from collections.abc import Mapping

from crmeter.kernel.messages import t
from crmeter.reports import words
from crmeter.reports.charts.draw import Drawer
from crmeter.reports.reading import Reading
from crmeter.reports.section import Section


def _facts(reading: Reading, drawer: Drawer | None) -> Mapping[str, object]:
    return {
        "reading_aids": [
            (
                t("95% interval"),
                t("The range that holds the true value in 95 of 100 such samples. The wider, the less sure."),
            ),
            (
                t("beyond noise"),
                t("The change is larger than chance alone would make it, given how many comparisons were made."),
            ),
            (
                t("no detectable change"),
                t("The data cannot tell the change from chance. It does not prove that nothing changed."),
            ),
            (t("undefined"), t("The value cannot be computed; the reason stands beside it. It is not zero.")),
            (t("small sample"), t("It rests on few records. Look at the counts, not at the value alone.")),
        ],
        "families": [(words.family(code), lines) for code, lines in reading.families.items()],
    }


DEFINITIONS = Section("definitions", lambda: t("Definitions"), _facts)
