"""What customers complained about in a period."""

from __future__ import annotations

from crmeter.kernel.expressions import ir
from crmeter.model.contributions.contribution import Contribution, identified
from crmeter.model.populations.cases import OPENED
from crmeter.model.populations.population import Horizon, Tables


def from_complaints(tables: Tables, horizon: Horizon) -> ir.Table:
    days = tables["period_day"]
    rows = OPENED.rows(tables, horizon)
    rows = identified(rows.filter(rows.complaints == 1, rows.customer_id.notnull()), tables)
    return rows.join(days, rows.on == days.day)


COMPLAINTS = Contribution("complaints", "case", "opened", OPENED.needs, ("complaints",), from_complaints)
