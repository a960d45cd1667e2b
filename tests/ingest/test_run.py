"""A load: what is accepted, what is refused and why, and that every row is accounted for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmeter.ingest.source import BadRow
from crmeter.kernel.errors import UserError
from crmeter.model.rules import Rules
from tests.ingest.delivery import NOW, Delivery, Workspace, account, order


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def refused(shop: Workspace) -> set[tuple[int, str, str | None, str]]:
    """(row, column, value, reason) of everything in quarantine."""
    return set(shop.rows('SELECT "row", "column", value, reason FROM meta.quarantine'))


def test_the_same_input_twice_changes_nothing(shop: Workspace) -> None:
    delivery = Delivery("shop", {"order": [order(1), order(2, "bob", amount="x")]})
    first = shop.load(delivery)
    content = shop.warehouse.read_bytes()
    again = shop.load(delivery)
    assert (first.load, first.is_new, again.load, again.is_new) == (1, True, 1, False)
    assert account(again, "order").unchanged == 1
    assert account(again, "order").quarantined == 1
    assert shop.warehouse.read_bytes() == content


def test_rows_that_only_move_in_their_file_are_unchanged(shop: Workspace) -> None:
    shop.load(Delivery("shop", {"order": [order(1), order(2)]}))
    assert not shop.load(Delivery("shop", {"order": [order(2), order(1)]})).is_new


def test_new_changed_gone_and_returned_rows(shop: Workspace) -> None:
    shop.load(Delivery("shop", {"order": [order(1), order(2), order(3)]}))
    second = account(shop.load(Delivery("shop", {"order": [order(1), order(2, amount="5"), order(4)]})), "order")
    assert (second.accepted, second.changed, second.unchanged, second.gone) == (2, 1, 1, 1)
    third = account(
        shop.load(Delivery("shop", {"order": [order(1), order(2, amount="5"), order(3), order(4)]})), "order"
    )
    assert (third.accepted, third.changed, third.unchanged, third.gone) == (1, 0, 3, 0)
    history = shop.rows('SELECT order_id, amount, _load, _until FROM history."order" ORDER BY ALL')
    assert [(i, int(a), since, until) for i, a, since, until in history] == [("2", 100, 1, 2), ("3", 100, 1, 2)]
    assert shop.rows('SELECT order_id, _load FROM main."order" ORDER BY ALL') == [
        ("1", 1),
        ("2", 2),
        ("3", 3),
        ("4", 2),
    ]


def test_every_reason_of_a_row_is_kept(shop: Workspace) -> None:
    rows = [
        order(1),
        order(2, amount="abc", ordered_at="soon"),  # row 3
        order(3, kind="gift", currency="dollars"),
        order(4, amount="-1"),
        order(5, kind="refund", amount="1"),
        order("  ", amount=None),
        order(7, customer=""),
    ]
    count = account(shop.load(Delivery("shop", {"order": rows})), "order")
    assert (count.read, count.accepted, count.quarantined) == (7, 1, 6)
    assert refused(shop) == {
        (3, "amount", "abc", "unfit:money"),
        (3, "ordered_at", "soon", "unfit:instant"),
        (4, "kind", "gift", "not_a_choice"),
        (4, "currency", "dollars", "not_a_currency"),
        (5, "amount", "-1", "below:0"),
        (6, "amount", "1", "above:0"),
        (7, "order_id", None, "missing"),
        (7, "amount", None, "missing"),
        (8, "customer_id", None, "missing"),
    }
    assert shop.rows('SELECT DISTINCT load, source, "table", file FROM meta.quarantine') == [
        (1, "shop", "order", "order.csv")
    ]


def test_bounds_order_and_scales_are_checked(shop: Workspace) -> None:
    case = {"case_id": "1", "opened_at": "2025-03-02 10:00:00", "kind": "complaint", "handle_minutes": "5"}
    answer = {
        "response_id": "1",
        "survey_id": "s",
        "instrument": "csat",
        "score": "5",
        "scale_min": "1",
        "scale_max": "5",
    }
    tables = {
        "case": [
            {**case, "resolved_at": "2025-03-02 10:00:00"},
            {**case, "case_id": "2", "resolved_at": "2025-03-02 09:59:59"},
            {**case, "case_id": "3", "handle_minutes": "-1"},
        ],
        "survey_response": [
            answer,
            {**answer, "response_id": "2", "score": "6"},
            {**answer, "response_id": "3", "score": None},
            {**answer, "response_id": "4", "instrument": "nps"},
        ],
    }
    report = shop.load(Delivery("shop", tables))
    assert account(report, "case").accepted == 1
    assert account(report, "survey_response").accepted == 2
    assert refused(shop) == {
        (3, "resolved_at", "2025-03-02 09:59:59", "reversed:opened_at"),
        (4, "handle_minutes", "-1", "below:0"),
        (3, "score", "6", "outside:scale_min:scale_max"),
        (5, "scale_min", "1", "above:0"),
        (5, "scale_max", "5", "below:10"),
    }


def test_of_rows_with_one_key_the_first_is_believed(shop: Workspace) -> None:
    rows = [order(1), order(2), order(3), order(1, amount="7"), order(4, amount="x"), order(4)]
    count = account(shop.load(Delivery("shop", {"order": rows})), "order")
    assert (count.read, count.accepted, count.quarantined) == (6, 4, 2)
    assert shop.rows("SELECT amount FROM main.\"order\" WHERE order_id = '1'")[0][0] == 100
    assert (5, "order_id", "1", "repeated_key") in refused(shop)


def test_a_key_of_two_sources_is_the_first_ones(shop: Workspace) -> None:
    web, till = Delivery("web", {"order": [order(1)]}), Delivery("till", {"order": [order(1, amount="7"), order(2)]})
    report = shop.load(web, till)
    assert (account(report, "order", "web").accepted, account(report, "order", "till").quarantined) == (1, 1)
    assert refused(shop) == {(2, "order_id", "1", "key_of_source:web")}
    # alone, the second source still gives way to what the first delivered
    alone = shop.load(web, till, names=["till"])
    assert not alone.is_new
    # where the first delivers it no longer, the second's row is believed
    report = shop.load(Delivery("web", {"order": [order(9)]}), till)
    assert (account(report, "order", "web").gone, account(report, "order", "till").accepted) == (1, 1)
    assert shop.rows("SELECT _source FROM main.\"order\" WHERE order_id = '1'") == [("till",)]


def test_a_required_reference_must_exist_an_optional_one_is_counted(shop: Workspace) -> None:
    tables = {
        "campaign": [{"campaign_id": "c1", "name": "Spring", "started_on": "2025-03-01"}],
        "touch": [
            {"touch_id": "1", "campaign_id": "c1", "at": "2025-03-02 10:00:00", "kind": "sent"},
            {"touch_id": "2", "campaign_id": "c2", "at": "2025-03-02 10:00:00", "kind": "sent"},
            {"touch_id": "3", "campaign_id": "c3", "at": "never", "kind": "sent"},
        ],
        "order": [order(1, campaign_id="c1"), order(2, campaign_id="c9"), order(3, subscription_id="s1")],
    }
    report = shop.load(Delivery("shop", tables))
    assert account(report, "touch").accepted == 1
    assert refused(shop) == {
        (3, "campaign_id", "c2", "no_such:campaign"),
        (4, "campaign_id", "c3", "no_such:campaign"),
        (4, "at", "never", "unfit:instant"),
    }
    assert account(report, "order").accepted == 3
    notes = shop.rows("SELECT \"table\", count, text FROM meta.note WHERE kind = 'dangling'")
    assert notes == [("order", 1, "campaign_id")]  # no subscription was loaded at all, so none can be missed


def test_unknown_customers_are_made_and_give_way_to_real_ones(shop: Workspace) -> None:
    orders = [order(1, "ann"), order(2, "bob"), order(3, " bob ")]
    cases = [{"case_id": "1", "customer_id": "cat", "opened_at": "2025-03-02 10:00:00", "kind": "other"}]
    ann = {"customer_id": "ann", "name": "Ann"}
    report = shop.load(Delivery("shop", {"order": orders, "case": cases, "customer": [ann]}))
    implied = "SELECT customer_id FROM main.customer WHERE _implied ORDER BY ALL"
    assert shop.rows(implied) == [("bob",), ("cat",)]
    assert shop.rows('SELECT kind, "table", count, text FROM meta.note') == [
        ("implied_customers", "customer", 2, "order, case")
    ]
    assert any("Customers known only because rows refer to them: 2 (order, case)" in line for line in report.lines())
    bob = {"customer_id": "bob", "name": "Bob"}
    report = shop.load(Delivery("shop", {"order": orders, "case": cases, "customer": [ann, bob]}))
    assert account(report, "customer").accepted == 1
    assert shop.rows(implied) == [("cat",)]
    assert shop.rows("SELECT customer_id, _implied, _load, _until FROM history.customer") == [("bob", True, 1, 2)]
    shop.load(
        Delivery(
            "shop", {"order": orders, "case": cases, "customer": []}, columns={"customer": ("customer_id", "name")}
        )
    )
    assert shop.rows(implied) == [("ann",), ("bob",), ("cat",)]


def test_an_implied_customer_goes_with_the_last_row_that_names_it(shop: Workspace) -> None:
    shop.load(Delivery("shop", {"order": [order(1, "ann"), order(2, "bob")]}))
    shop.load(Delivery("shop", {"order": [order(1, "ann")]}))
    assert shop.rows("SELECT customer_id FROM main.customer") == [("ann",)]


def test_custom_attributes_come_over_time(shop: Workspace) -> None:
    ann = {"customer_id": "ann"}
    shop.load(Delivery("shop", {"customer": [{**ann, "tier": " gold "}]}))
    shop.map("shop", "customer", "SELECT customer_id, tier, CAST(points AS INTEGER) AS points FROM customer")
    report = shop.load(Delivery("shop", {"customer": [{**ann, "tier": "gold", "points": "7"}]}))
    assert account(report, "customer").changed == 1
    assert shop.rows("SELECT tier, points FROM main.customer") == [("gold", 7)]
    assert shop.rows("SELECT tier, points FROM history.customer") == [("gold", None)]


def test_a_source_that_left_takes_its_rows_along_in_a_full_run(shop: Workspace) -> None:
    old, new = Delivery("old", {"order": [order(1), order(2)]}), Delivery("new", {"order": [order(1)]})
    shop.load(old)
    shop.map_as_is(new)
    only_new = shop.load(old, new, names=["new"])
    assert account(only_new, "order", "new").quarantined == 1  # the other source holds the key
    report = shop.load(new)
    assert (account(report, "order", "old").gone, account(report, "order", "new").accepted) == (2, 1)
    assert any("Source old is no longer in crmeter.toml" in line for line in report.lines())
    assert shop.rows("SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'raw%'") == [("raw_new",)]
    assert not shop.load(new).is_new


def test_rows_of_a_mapping_that_was_taken_away_are_gone(shop: Workspace) -> None:
    delivery = Delivery("shop", {"order": [order(1)], "customer": [{"customer_id": "ann"}]})
    shop.load(delivery)
    (shop.root / "mappings/shop/order.sql").unlink()
    report = shop.load(delivery)
    assert (account(report, "order").read, account(report, "order").gone) == (0, 1)


def test_records_that_never_landed_are_accounted_for(shop: Workspace) -> None:
    bad = (
        BadRow("order", "order.csv", 9, "", "1,2", "wrong number of fields"),
        BadRow("order", "order.csv", 12, "", "1,2", "wrong number of fields"),
        BadRow("notes", "notes.csv", 3, "", "?", "wrong number of fields"),
    )
    report = shop.load(Delivery("shop", {"order": [order(1)]}, bad))
    count = account(report, "order")
    assert (count.read, count.accepted, count.quarantined) == (3, 1, 2)
    assert shop.rows('SELECT "table", count(*) FROM meta.quarantine GROUP BY ALL ORDER BY ALL') == [
        ("notes", 1),
        ("order", 2),
    ]
    assert any("could not be read: 1." in line for line in report.lines())


def test_a_mapping_that_multiplies_rows_is_refused(shop: Workspace) -> None:
    lines = [{"order_id": str(n % 5), "line": str(n)} for n in range(10)]
    delivery = Delivery("shop", {"order": [order(n) for n in range(5)], "line": lines})
    columns = "order_id, customer_id, ordered_at, amount, currency, kind"
    shop.map("shop", "order", f'SELECT {columns} FROM "order"')
    shop.load(delivery)
    before = shop.warehouse.read_bytes()
    shop.map(
        "shop",
        "order",
        f'SELECT o.{columns.replace(", ", ", o.")} FROM "order" AS o JOIN line AS l ON l.order_id = o.order_id',
    )
    with pytest.raises(UserError, match="this mapping multiplies rows") as raised:
        shop.load(delivery)
    assert "10 rows" in str(raised.value)
    assert shop.warehouse.read_bytes() == before


def test_all_that_is_wrong_is_said_at_once_and_the_load_before_stays(shop: Workspace) -> None:
    delivery = Delivery("shop", {"order": [order(1)], "customer": [{"customer_id": "ann"}]})
    shop.load(delivery)
    before = shop.warehouse.read_bytes()
    shop.map("shop", "order", 'SELECT order_idd FROM "order"')
    shop.map("shop", "customers", "SELECT 1 AS customer_id")
    shop.map("shop", "customer", "SELECT CAST(customer_id AS INTEGER) AS customer_id FROM customer")
    with pytest.raises(UserError) as raised:
        shop.load(delivery, Delivery("other", {"x": [{"a": "1"}]}, columns={}))
    said = str(raised.value)
    assert "order_idd" in said
    assert "customers.sql is named after no table" in said
    assert "mappings/shop/customer.sql fails" in said
    assert shop.warehouse.read_bytes() == before


def test_a_source_without_mapping_and_an_unknown_one(shop: Workspace) -> None:
    (shop.root / "mappings" / "shop").mkdir(parents=True)
    with pytest.raises(UserError, match="crmeter map shop"):
        shop.load(Delivery("shop", {"order": [order(1)]}))
    with pytest.raises(UserError, match="no source “shap”"):
        shop.load(Delivery("shop", {"order": [order(1)]}), names=["shap"])
    assert not shop.warehouse.exists()


def test_a_mapping_runs_on_a_locked_connection(shop: Workspace, tmp_path: Path) -> None:
    """Even SQL that the check let through could read nothing outside the warehouse."""
    shop.map("shop", "customer", f"SELECT content AS customer_id FROM read_text('{tmp_path}/*')")
    with pytest.raises(UserError):
        shop.load(Delivery("shop", {"customer": [{"customer_id": "ann"}]}))


def test_changed_rules_are_a_new_load(shop: Workspace) -> None:
    delivery = Delivery("shop", {"order": [order(1)]})
    shop.load(delivery)
    shop.rules = Rules("TWD", "Asia/Taipei", inactivity_days=30)
    report = shop.load(delivery)
    assert (report.load, report.is_new) == (2, True)
    assert shop.rows("SELECT ended_on FROM derived.spell") == [(date(2025, 4, 1),)] or report.as_of < date(2025, 4, 1)


def test_the_horizon_is_the_day_after_the_newest_past_event(shop: Workspace) -> None:
    tables = {
        "order": [
            order(1, kind="refund", amount="-5", ordered_at="2025-01-02 10:00:00"),
            order(2, ordered_at="2025-02-03 23:30:00"),
            order(3, ordered_at="2025-07-04 10:00:00"),
            order(4, ordered_at="2030-01-01 10:00:00"),  # after the load
        ],
        "opportunity": [
            {"opportunity_id": "1", "currency": "TWD", "created_at": "2025-06-01", "expected_close_on": "2025-12-31"}
        ],
        "subscription": [
            {
                "subscription_id": "1",
                "customer_id": "ann",
                "started_at": "2025-08-01",
                "ended_at": "2025-09-01",
                "monthly_amount": "1",
                "currency": "TWD",
            }
        ],
    }
    report = shop.load(Delivery("shop", tables), now=NOW)
    assert (report.as_of, report.history_start) == (date(2025, 7, 5), date(2025, 2, 3))
    assert shop.rows("SELECT load, started_at, as_of, history_start FROM meta.load") == [
        (1, NOW.replace(tzinfo=None), date(2025, 7, 5), date(2025, 2, 3))
    ]
    shop.rules = Rules("TWD", "Asia/Taipei", as_of=date(2025, 3, 1))
    assert shop.load(Delivery("shop", tables)).as_of == date(2025, 3, 1)


def test_contracts_alone_reach_to_the_newest_past_date(shop: Workspace) -> None:
    contract = {"subscription_id": "1", "customer_id": "ann", "monthly_amount": "1", "currency": "TWD"}
    rows = [
        {**contract, "started_at": "2025-08-01", "ended_at": "2025-09-01"},
        {**contract, "subscription_id": "2", "started_at": "2025-08-03", "ended_at": "2027-09-01"},
    ]
    report = shop.load(Delivery("shop", {"subscription": rows}))
    assert (report.as_of, report.history_start) == (date(2025, 9, 2), None)
