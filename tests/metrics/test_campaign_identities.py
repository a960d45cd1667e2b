"""What must hold of campaigns, of the CRM's ledger and of its use, however random.

Engine and independent SQL agree, and however orders are credited, each is credited once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmeter.kernel.calendar import Calendar
from crmeter.kpis import FAMILIES
from crmeter.metrics import Request, measure
from crmeter.warehouse.duck import Warehouse
from tests.world.engine import RULES, Rows, empty, fill
from tests.world.same import same
from tests.world.witness import witnessed

HORIZON = date(2025, 7, 1)
QUARTER = Calendar().parse("2025-Q1", HORIZON)
KPIS = [kpi for family in ("marketing", "crm_programme", "adoption") for kpi in FAMILIES[family]]
BY_ID = {kpi.id: kpi for kpi in KPIS}
FIRST = date(2024, 11, 1)
PEOPLE = ("ann", "bob", "cat", "dan", "eve", "fay")
KINDS = ("sent", "sent", "delivered", "opened", "clicked", "responded", "converted", "unsubscribed")

days = st.integers(0, (HORIZON - FIRST).days + 20).map(lambda n: FIRST + timedelta(days=n))
instants = st.builds("{} {}".format, days, st.sampled_from(("00:00", "07:59", "10:00", "23:59")))
amounts = st.integers(1, 90).map(str)
someone = st.sampled_from(PEOPLE)


def listed(name: str, /, *, most: int = 8, **columns: st.SearchStrategy[str]) -> st.SearchStrategy[Rows]:
    """Rows of one table with a key ``<name>``."""
    row = st.fixed_dictionaries(columns)
    return st.lists(row, max_size=most).map(
        lambda rows: [{name: str(i), **each} for i, each in enumerate(rows)]  # type: ignore[return-value]
    )


def one_of(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


@st.composite
def histories(draw: st.DrawFn) -> Rows:
    people = [{"customer_id": name, "segment": draw(one_of("", "a", "b"))} for name in PEOPLE]
    people[1]["merged_into"] = draw(one_of("", "ann", "cat"))
    people[2]["deleted_at"] = draw(one_of("", "", "2025-05-05 10:00"))
    orders = draw(
        listed(
            "order_id",
            most=16,
            customer_id=someone,
            ordered_at=instants,
            amount=amounts,
            cost=one_of("1", "5", "7", ""),
            currency=one_of("TWD", "TWD", "TWD", "USD"),
            kind=one_of("sale", "sale", "refund"),
            subscription_id=one_of("", "", "s"),
        )
    )
    for order in orders:
        order["amount"] = order["amount"] if order["kind"] == "sale" else "-" + order["amount"]  # type: ignore[index]
        if order["kind"] == "sale" and draw(st.integers(0, 9)):
            order["cost"] = order["cost"] or "2"  # type: ignore[index]
    campaigns = one_of("x", "y", "z")
    money = {"amount": amounts, "currency": one_of("TWD", "TWD", "USD")}
    return {
        "customer": people,
        "order": orders,
        "fx_rate": draw(listed_rates()),
        "campaign": [{"campaign_id": c, "name": c, "started_on": "2024-11-01"} for c in "xyz"],
        "lead": draw(
            listed("lead_id", most=5, created_at=instants, customer_id=one_of("", *PEOPLE), campaign_id=one_of("", "x"))
        ),
        "touch": draw(
            listed(
                "touch_id",
                most=24,
                campaign_id=campaigns,
                customer_id=one_of("", "", *PEOPLE),
                lead_id=one_of("", "", "0", "1"),
                at=instants,
                kind=st.sampled_from(KINDS),
                arm=one_of("", "", "", "a", "control"),
            )
        ),
        "spend": draw(
            listed(
                "spend_id",
                spent_on=days.map(str),
                function=one_of("marketing"),
                category=one_of("other"),
                campaign_id=one_of("", "x", "y", "z"),
                **money,
            )
        ),
        "investment": draw(
            listed(
                "entry_id",
                on=days.map(str),
                side=one_of("cost", "benefit"),
                category=one_of("other"),
                evidence=one_of("measured", "claimed", "not_measured"),
                **money,
            )
        ),
        "crm_user": draw(
            listed(
                "user_id",
                name=one_of("n"),
                role=one_of("r", "s"),
                team=one_of("t"),
                licensed_from=days.map(str),
                licensed_to=one_of("", "2025-01-01", "2025-02-02", "2025-06-01"),
            )
        ),
        "usage": draw(
            listed(
                "usage_id",
                most=16,
                user_id=one_of("0", "1", "2"),
                at=instants,
                action=one_of("create", "Update", "login"),
                feature=one_of("", "f", "g"),
            )
        ),
        "course": [
            {"role": "r", "course": c, "level": "basic", "kind": draw(one_of("course", "experience shared"))}
            for c in "cd"
        ],
        "training": [
            {
                "user_id": u,
                "course": c,
                "level": "basic",
                "completed_at": draw(one_of("", "2025-01-05 10:00") | instants),
            }
            for u in "012"
            for c in draw(one_of("c", "cd", ""))
        ],
    }


def listed_rates() -> st.SearchStrategy[Rows]:
    rate = {"on": days.map(str), "from_currency": one_of("USD"), "to_currency": one_of("TWD"), "rate": one_of("30")}
    return st.lists(st.fixed_dictionaries(rate), max_size=3, unique_by=lambda row: row["on"])  # type: ignore[return-value]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty() as found:
        yield found


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(rows=histories())
def test_engine_and_statement_agree_and_every_order_is_credited_once(
    con: duckdb.DuckDBPyConnection, rows: Rows
) -> None:
    fill(con, rows, RULES, HORIZON)
    with con.cursor() as own:
        found = measure(Warehouse(own), RULES, Request(KPIS, [QUARTER]))
        values = {kpi.id: found.value(kpi, QUARTER).value for kpi in KPIS}
    measures = {kpi.measure for kpi in KPIS}
    witness = witnessed(con, QUARTER.start, QUARTER.end, measures=measures, as_of=HORIZON)
    assert {k: (v, witness[k]) for k, v in values.items() if not same(v, witness[k])} == {}
    assert same(values["campaign_roi.last"], values["campaign_roi.first"])
    assert same(values["campaign_roi.last"], values["campaign_roi.even"])
