"""The return of the CRM: the examples that the definitions promise, and what stands apart from the number."""

from __future__ import annotations

from datetime import date

import pytest

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.period import Period
from crmeter.kpis import CATALOGUE
from crmeter.metrics import Request, Value, measure
from crmeter.metrics.dimensions import parse_filters
from tests.world.engine import RULES, designed, warehouse

AS_OF = date(2031, 1, 1)
Q3 = Calendar().parse("2025-Q3", date(2026, 1, 1))
PROGRAMME = {kpi.id: kpi for kpi in CATALOGUE if kpi.id.startswith("crm_")}


def yearly(*amounts: float) -> dict[str, Value]:
    """Costs and benefits on 1 January of 2025 and the years after, seen from the end."""
    entries = [
        {
            "entry_id": str(i),
            "on": f"{2025 + i}-01-01",
            "side": "cost" if amount < 0 else "benefit",
            "category": "other",
            "amount": str(abs(amount)),
            "currency": "TWD",
            "evidence": "measured",
        }
        for i, amount in enumerate(amounts)
    ]
    store, con = warehouse({"investment": entries}, RULES, AS_OF)
    period = Period(date(2030, 1, 1), AS_OF)
    found = measure(store, RULES, Request(tuple(PROGRAMME.values()), [period]))
    values = {name: found.value(kpi, period) for name, kpi in PROGRAMME.items()}
    con.close()
    return values


def test_a_benefit_of_500_000_for_100_000() -> None:
    found = yearly(-100_000, 500_000)
    assert (found["crm_roi.net"].value, found["crm_roi.gross"].value) == (4, 5)


def test_only_30_percent_of_it_is_margin() -> None:
    assert yearly(-100_000, 150_000)["crm_roi.net"].value == 0.5


def test_100_000_and_four_times_40_000() -> None:
    found = yearly(-100_000, 40_000, 40_000, 40_000, 40_000)
    assert round(found["crm_npv"].value or 0, 2) == 26794.62
    assert round(found["crm_irr"].value or 0, 4) == 0.2186
    assert found["crm_payback"].value == 36
    assert found["crm_npv"].currency == "TWD"


@pytest.mark.parametrize(
    ("flows", "rates"),
    [((-1000, 2300, -1320), [10.0, 20.0]), ((-50, -100, 600, 300, -100), [-76.9, 185.4])],
    ids=["10% and 20%", "185.4% and -76.9%"],
)
def test_where_several_rates_fit_all_are_said_and_none_is_chosen(flows: tuple[float, ...], rates: list[float]) -> None:
    found = yearly(*flows)
    assert found["crm_irr"].value is None
    reason, _, said = (found["crm_irr"].reason or "").partition(":")
    assert reason == "several_roots"
    assert [round(100 * float(rate), 1) for rate in said.split(",")] == rates
    assert found["crm_mirr"].value is not None


def test_no_rate_fits() -> None:
    assert yearly(-100, 10)["crm_payback"].reason == "not_paid_back"
    assert yearly(-1, 2, -1.1)["crm_irr"].reason == "no_root"


def test_what_nobody_measured_is_counted_and_never_priced() -> None:
    rows = designed()
    apart = [row for row in rows["investment"] if row["entry_id"] != "in_dollars"]
    store, con = warehouse({**rows, "investment": apart})
    found = measure(store, RULES, Request(tuple(PROGRAMME.values()), [Q3]))
    for kpi in PROGRAMME.values():
        assert found.value(kpi, Q3).reason == "not_measured:2"  # brand, market
    con.close()


def test_what_is_claimed_stands_apart_from_what_was_measured() -> None:
    store, con = warehouse(designed())
    gross, names = PROGRAMME["crm_roi.gross"], ("evidence",)
    found = measure(store, RULES, Request([gross], [Q3], (names,)))
    benefits = {g[0]: found.value(gross, Q3, names, g).numerator for g in found.groups(gross, Q3, names)}
    assert benefits == {"measured": 1200, "claimed": 800, "modelled": 0, "not_measured": 0}
    only = measure(store, RULES, Request([gross], [Q3], ((),), parse_filters(["evidence = measured"])))
    assert only.value(gross, Q3).value == pytest.approx(1200 / 1700)
    con.close()


def test_by_quarter_and_year_everything_so_far_counts() -> None:
    calendar = Calendar()
    periods = [calendar.parse(name, date(2026, 1, 1)) for name in ("2024", "2025-Q1", "2025-Q2", "2025-Q3", "2025")]
    store, con = warehouse(designed())
    net = PROGRAMME["crm_roi.net"]
    found = measure(store, RULES, Request([net], periods))
    wanted = [-1.0, 900 / 1600 - 1, 900 / 1600 - 1, 2000 / 1700 - 1, 6000 / 1700 - 1]
    assert [found.value(net, period).value for period in periods] == pytest.approx(wanted)
    con.close()
