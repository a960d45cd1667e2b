"""Engine against independent SQL on random opportunities, stages, quotas, surveys and cases, however odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, Rows, empty, fill
from tests.world.measured import Measured
from tests.world.same import same
from tests.world.witness import witnessed

HORIZON = date(2025, 5, 1)
QUARTER = Calendar().parse("2025-Q1", HORIZON)
PERIODS = (QUARTER, Period(date(2025, 1, 31), date(2025, 3, 4)), Period(date(2025, 4, 1), date(2025, 7, 1)))
WAITING_AND_SELLING = """
csat csi ces response_rate first_contact_resolution open_cases pipeline_value stage_conversion pipeline_velocity
quota_attainment
"""
KPIS = tuple(kpi for kpi in CATALOGUE if kpi.measure in WAITING_AND_SELLING.split())
CUSTOMERS = ("ann", "bob", "cat", "dan")
STAGES = (("p", "a", 1), ("p", "b", 2), ("p", "c", 3), ("q", "c", 1), ("q", "a", 2))  # two pipelines, two orders
days = st.integers(0, 130).map(lambda n: date(2024, 12, 20) + timedelta(days=n))
instants = st.builds("{} {}".format, days, st.sampled_from(("00:00", "07:59", "10:00", "23:59")))
customers = st.sampled_from(("", *CUSTOMERS))
maybe = instants | st.just("")


@st.composite
def deals(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {
        "opportunity_id": f"o{number}",
        "customer_id": draw(customers),
        "owner_id": draw(st.sampled_from(("", "x", "y"))),
        "team": draw(st.sampled_from(("", "s", "t"))),
        "created_at": draw(maybe),
        "first_contact_at": draw(maybe),
        "closed_at": draw(maybe),
        "outcome": draw(st.sampled_from(("", "won", "won", "lost"))),
        "amount": draw(st.sampled_from(("", "10", "25"))),
        "currency": draw(st.sampled_from(("TWD", "TWD", "USD"))),
    }


@st.composite
def moves(draw: st.DrawFn) -> list[dict[str, str]]:
    """Entries into stages, some at the same instant, some twice."""
    entered = st.tuples(
        st.integers(0, 7).map("o{}".format),
        st.sampled_from(("a", "b", "c", "d", "won", "lost")),
        st.sampled_from([f"2025-0{m}-0{d} 1{h}:00" for m in (1, 2, 3, 4) for d in (1, 2) for h in (0, 1)]),
    )
    rows = draw(st.lists(entered, max_size=40, unique=True))
    return [{"opportunity_id": deal, "stage": stage, "entered_at": at} for deal, stage, at in rows]


@st.composite
def quotas(draw: st.DrawFn, number: int) -> dict[str, str]:
    start = draw(days)
    return {
        "owner_id": draw(st.sampled_from(("", f"x{number}", "x"))),
        "team": draw(st.sampled_from(("", "s", "t"))),
        "period_start": str(start),
        "period_end": str(start + timedelta(days=draw(st.integers(0, 60)))),
        "amount": str(draw(st.integers(1, 500))),
        "currency": draw(st.sampled_from(("TWD", "TWD", "USD"))),
    }


@st.composite
def answers(draw: st.DrawFn, number: int) -> dict[str, str]:
    low, high = draw(st.sampled_from(((1, 5), (1, 5), (0, 10), (3, 3))))
    return {
        "response_id": f"r{number}",
        "survey_id": draw(st.sampled_from(("s1", "s2"))),
        "submission_id": draw(st.sampled_from(("", "u1", "u2"))),
        "instrument": draw(st.sampled_from(("csat", "csi", "csi", "ces"))),
        "aspect": draw(st.sampled_from(("price", "quality"))),
        "score": draw(st.just("") | st.integers(low, high).map(str)),
        "scale_min": str(low),
        "scale_max": str(high),
        "invited_at": draw(maybe),
        "responded_at": draw(maybe),
        "customer_id": draw(customers),
    }


@st.composite
def cases(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {
        "case_id": f"c{number}",
        "customer_id": draw(customers),
        "opened_at": draw(instants),
        "resolved_at": draw(maybe),
        "kind": "question",
        "reopened_count": draw(st.sampled_from(("", "0", "0", "1"))),
    }


@st.composite
def histories(draw: st.DrawFn) -> Rows:
    people = [{"customer_id": name} for name in CUSTOMERS]
    people[1]["merged_into"] = draw(st.sampled_from(("", "ann")))
    people[2]["deleted_at"] = draw(st.sampled_from(("", "2025-04-05 10:00")))
    contacts = [
        {
            "interaction_id": f"i{i}",
            "customer_id": draw(st.sampled_from(CUSTOMERS)),
            "case_id": draw(st.sampled_from(("", *(f"c{n}" for n in range(5))))),
            "at": draw(instants),
            "kind": "call",
        }
        for i in range(draw(st.integers(0, 8)))
    ]
    stages = [{"pipeline": p, "stage": s, "position": str(n), "kind": "open"} for p, s, n in STAGES]
    stages += [
        {"pipeline": p, "stage": k, "position": n, "kind": k} for p, k, n in (("p", "won", "4"), ("q", "lost", "9"))
    ]
    user = {
        "user_id": "x",
        "name": "X",
        "role": "sales",
        "team": draw(st.sampled_from("st")),
        "licensed_from": "2024-01-01",
    }
    return {
        "customer": people,
        "crm_user": [user],
        "opportunity": [draw(deals(i)) for i in range(8)],
        "stage": stages if draw(st.booleans()) else stages[:3],
        "stage_change": draw(moves()),
        "quota": [draw(quotas(i)) for i in range(draw(st.integers(0, 5)))],
        "survey_response": [draw(answers(i)) for i in range(draw(st.integers(0, 20)))],
        "case": [draw(cases(i)) for i in range(5)],
        "interaction": contacts,
    }


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty() as found:
        yield found


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(rows=histories())
def test_engine_and_statement_agree_on_random_deals(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    rules = replace(RULES, as_of=HORIZON)
    fill(con, rows, rules, HORIZON)
    with con.cursor() as own:
        found = Measured(Warehouse(own), rules, KPIS, PERIODS)
        values = {period: {name: each.value for name, each in found.values(period).items()} for period in PERIODS}
    for period, engine in values.items():
        measures = {kpi.measure for kpi in KPIS}
        witness = witnessed(con, period.start, period.end, as_of=HORIZON, measures=measures)
        assert not witness.keys() - engine.keys()
        assert {n: (v, witness.get(n)) for n, v in engine.items() if not same(v, witness.get(n))} == {}, period
