"""What KPIs need, held against what their cards and the rows of their tables say (read by hand)."""

from __future__ import annotations

import pytest

from crmeter.app.lacking import reach
from crmeter.ingest.mapping import given_columns
from crmeter.kpis.catalogue import BUILT_IN
from crmeter.metrics.needs import lacking, need_of
from crmeter.model.tables import BY_NAME


def lacks(kpi: str, *missing: str) -> set[str]:
    """What a KPI lacks where these tables (``case``) or columns (``case.resolved_at``) are missing."""
    found = lacking(need_of(BUILT_IN.by_id[kpi]), lambda table, column: not {table, f"{table}.{column}"} & set(missing))
    return {" or ".join(sorted(map(str, alternatives))) for alternatives in found}


@pytest.mark.parametrize(
    ("kpi", "missing", "expected"),
    [
        ("revenue", ["order"], {"order"}),
        ("revenue", ["order.cost", "order.channel", "case", "subscription", "customer"], set()),
        ("customers.end", ["order"], set()),  # contracts make customers too
        ("customers.end", ["order", "subscription"], {"order or subscription"}),
        ("clv.profit", ["order.cost"], {"order.cost"}),
        ("clv.revenue", ["order.cost"], set()),
        ("first_response_hours.median", ["case.first_response_at"], {"case.first_response_at"}),
        ("first_response_hours.median", ["case.first_response_by"], set()),  # no word of a bot: a human answered
        ("resolution_hours.mean", ["case.first_response_at"], set()),
        ("handle_minutes.mean", ["case.handle_minutes"], {"case.handle_minutes"}),
        ("win_rate", ["opportunity.outcome", "opportunity.amount"], {"opportunity.outcome"}),
        ("won_value", ["opportunity.amount"], {"opportunity.amount"}),
        ("sales_cycle_days.mean", ["lead", "opportunity.first_contact_at"], set()),  # from where it was made
        ("lead_conversion.by_end", ["lead.converted_at"], {"lead.converted_at"}),
        ("lead_conversion.by_end", ["lead.qualified_at"], set()),
        ("csat.mean", ["survey_response.score"], {"survey_response.score"}),
        ("csat.mean", ["survey_response.invited_at"], set()),
        (
            "csat.mean",
            ["survey_response.invited_at", "survey_response.responded_at"],
            {"survey_response.invited_at or survey_response.responded_at"},
        ),
        ("cac", ["spend"], {"spend"}),
        ("complaint_rate", ["case"], {"case"}),
    ],
)
def test_a_kpi_lacks_what_its_value_is_made_of(kpi: str, missing: list[str], expected: set[str]) -> None:
    assert lacks(kpi, *missing) == expected


@pytest.mark.parametrize("kpi", BUILT_IN.kpis, ids=lambda kpi: kpi.id)
def test_every_kpi_needs_something_and_nothing_where_all_is_there(kpi: object) -> None:
    need = need_of(kpi)  # type: ignore[arg-type]
    assert lacking(need, lambda table, column: True) == frozenset()
    everything = {str(column) for lack in lacking(need, lambda table, column: False) for column in lack}
    assert everything
    assert everything <= set(BY_NAME)


def test_a_family_is_told_by_measures_and_variants() -> None:
    given = {"case": frozenset({"case_id", "opened_at", "kind", "customer_id", "resolved_at"})}
    service = next(family for family in reach(given, BUILT_IN) if family.family == "service")
    told = {gap.needs: gap.kpis for gap in service.gaps}
    assert "first_response_hours" in told[(("case.first_response_at",),)]
    assert "complaining_customers_rate" in told[(("order", "subscription"),)]
    assert (
        service.computable
        + sum(
            kpi.id.startswith(gap_kpi)
            for gap in service.gaps
            for gap_kpi in gap.kpis
            for kpi in BUILT_IN.families["service"]
        )
        == service.total
    )


def test_a_table_that_does_not_tell_its_columns_is_believed() -> None:
    everything = reach(dict.fromkeys(BY_NAME), BUILT_IN)
    assert all(family.computable == family.total and not family.gaps for family in everything)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('SELECT "a" AS case_id, NULL AS kind FROM t', {"case_id"}),
        ("SELECT case_id, CAST(NULL AS DATE) AS opened_at FROM t", {"case_id"}),
        ("SELECT a AS x, NULL AS y FROM t UNION ALL SELECT a, b FROM t", {"x", "y"}),
        ("SELECT * FROM t", None),
        ("SELECT a.* FROM t AS a", None),
        ("DELETE FROM t", None),
        ("SELECT (", None),
    ],
)
def test_what_a_mapping_gives_is_told_from_its_text(text: str, columns: set[str] | None) -> None:
    found = given_columns(text)
    assert (None if found is None else set(found)) == columns
