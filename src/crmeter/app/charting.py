"""Values of KPIs as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.reports.charts.draw import png, svg
from crmeter.reports.charts.theme import Spec
from crmeter.reports.charts.values import picture


def chart(values: Sequence[Mapping[str, Any]], names: Mapping[str, str], calendar: Calendar) -> Spec:
    """A panel for each KPI: over periods a line for each group, in one period a bar for each."""
    if not values:
        raise UserError.of(t("There are no values to draw."))
    return picture(values, names, calendar)


def drawn(spec: Spec, output: Path | None) -> str | bytes:
    """A chart as PNG where the file that it is for is named so, else as SVG."""
    return png(spec) if output is not None and output.suffix.lower() == ".png" else svg(spec)
