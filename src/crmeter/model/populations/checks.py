"""Results of the quality rules, load by load."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.population import Horizon, Lasting, Population, Tables

KINDS = ("completeness", "validity", "uniqueness", "consistency")


@dataclass(frozen=True)
class OfLoads(Population):
    """Rows of a load count in the periods that it was the first to know whole: of the loads that reach to the end of a
    period, those with the nearest horizon, and of these the newest."""

    def in_periods(self, rows: ir.Table, tables: Tables) -> ir.Table:
        load, period = tables["load"], tables["period"]
        known = load.select("as_of", of_load="load").join(period, load.as_of >= period.period_end)
        nearest = known.group_by(in_period="period").agg(nearest=known.as_of.min())
        known = known.join(nearest, [known.period == nearest.in_period, known.as_of == nearest.nearest])
        chosen = known.group_by("period", "period_end").agg(chosen=known.of_load.max())
        return self.in_period(rows.join(chosen, rows.load == chosen.chosen))


def check_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    results = tables["rule_result"]
    of = {kind: results.kind == kind for kind in KINDS}
    return results.mutate(
        on=ibis.null("date"),  # none of its own
        **{f"checks_{kind}": of[kind].ifelse(results.checks, 0) for kind in KINDS},
        **{f"passed_{kind}": of[kind].ifelse(results.passed, 0) for kind in KINDS},
    )


CHECKS = OfLoads(
    "checks",
    "rule_result",
    ("rule_result", "load"),
    check_rows,
    {
        "checks_completeness": "checks of completeness",
        "passed_completeness": "checks of completeness passed",
        "checks_validity": "checks of validity",
        "passed_validity": "checks of validity passed",
        "checks_uniqueness": "checks of uniqueness",
        "passed_uniqueness": "checks of uniqueness passed",
        "checks_consistency": "checks of consistency",
        "passed_consistency": "checks of consistency passed",
    },
    lasting=Lasting.AT_END,
)
