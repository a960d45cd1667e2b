"""What a header alone does not tell: values, other tables and doubt decide, and it is said."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.ingest.mapping.outputs import attribute_name
from crmeter.ingest.propose import Proposals, TableProposal, find_joins, write
from crmeter.ingest.source import RawTable
from tests.ingest.propose.landed import Landed, raw_columns


def proposal(found: Proposals, table: str) -> TableProposal:
    one = found.table(table)
    assert one is not None, found.leftovers
    return one


# --- doubt -----------------------------------------------------------------------------------------------------------


def test_two_date_columns_that_say_the_same_are_both_named() -> None:
    found = Landed().add(
        "訂單", "訂單編號 | 客戶編號 | 建立日期 | 付款日期 | 金額",
        "T1 | K1 | 2025/01/02 | 2025/01/05 | 100", "T2 | K2 | 2025/01/03 | 2025/01/03 | 200",
    ).propose()  # fmt: skip
    column = proposal(found, "order").column("ordered_at")
    assert column is not None and column.level == "unsure"
    assert {*column.raw, *column.others} == {"建立日期", "付款日期"}
    assert f'could also be "{column.others[0]}"' in proposal(found, "order").sql


def test_an_amount_that_may_hold_tax_is_said_and_the_one_without_is_taken() -> None:
    both = Landed().add(
        "orders", "order id | customer id | order date | total | subtotal | tax",
        "1 | a | 2025-01-01 | 105 | 100 | 5", "2 | b | 2025-01-02 | 210 | 200 | 10",
    ).propose()  # fmt: skip
    assert raw_columns(both, "order")["amount"] == ("subtotal",)
    only = Landed().add(
        "orders", "order id | customer id | order date | total | tax",
        "1 | a | 2025-01-01 | 105 | 5", "2 | b | 2025-01-02 | 210 | 10",
    ).propose()  # fmt: skip
    amount = proposal(only, "order").column("amount")
    assert amount is not None and amount.raw == ("total",) and amount.level == "unsure"
    assert any('"total" may include tax' in note and '"tax"' in note for note in proposal(only, "order").notes)


def test_status_is_an_outcome_where_it_says_won_and_lost_and_a_stage_where_it_does_not() -> None:
    for status in ("狀態", "状态", "Status"):
        files = Landed().add(
            "deals", f"deal id | company id | amount | close date | create date | {status}",
            "1 | a | 10 | 2025-01-05 | 2025-01-01 | 贏單", "2 | b | 20 | 2025-01-06 | 2025-01-01 | 输单",
            "3 | b | 20 |  | 2025-01-01 | 談判中",
        )  # fmt: skip
        found = files.propose()
        assert raw_columns(found, "opportunity")["outcome"] == (status,)
        assert [row["outcome"] for row in files.run(found, "opportunity")] == ["won", "lost", None]
    found = Landed().add(
        "deals", "deal id | company id | amount | close date | create date | Status",
        "1 | a | 10 | 2025-01-05 | 2025-01-01 | hot", "2 | b | 20 | 2025-01-06 | 2025-01-01 | cold",
    ).propose()  # fmt: skip
    assert proposal(found, "opportunity").column("outcome") is None
    assert any("won or lost" in note for note in proposal(found, "opportunity").notes)
    assert found.table("order") is None, "without an outcome no deal is an order"


def test_a_new_status_is_not_taken_for_anything() -> None:
    """A value that was not there when the mapping was proposed reaches ingest as it is, and is reported there."""
    files = Landed().add(
        "deals", "deal id | company id | amount | close date | create date | stage",
        "1 | a | 10 | 2025-01-05 | 2025-01-01 | Won", "2 | b | 20 | 2025-01-06 | 2025-01-01 | Lost",
    )  # fmt: skip
    found = files.propose()
    files.con.execute(
        "INSERT INTO raw_x.deals SELECT * REPLACE ('3' AS \"deal id\", 'Gewonnen' AS stage) FROM raw_x.deals LIMIT 1"
    )
    assert [row["outcome"] for row in files.run(found, "opportunity")] == ["won", "lost", "Gewonnen"]


def test_dates_the_wrong_way_round_are_said() -> None:
    found = Landed().add(
        "cases", "case id | customer id | created at | resolved at | type",
        *(f"{n} | a | 2025-02-0{n} | 2025-01-0{n} | complaint" for n in range(1, 6)),
    ).propose()  # fmt: skip
    case = proposal(found, "case")
    assert any('"created at" is after "resolved at" in 100%' in note for note in case.notes)
    opened = case.column("opened_at")
    assert opened is not None and opened.level == "unsure"


# --- references ------------------------------------------------------------------------------------------------------


def test_the_customer_is_the_column_whose_values_are_keys_whatever_its_header() -> None:
    files = (
        Landed()
        .add("customers", "customer no | customer name | industry", *(f"C{n} | N{n} | x" for n in range(9)))
        .add("orders", "order id | bill party | customer name | order date | net amount",
             *(f"{n} | C{n} | other {n} | 2025-01-0{n + 1} | 5" for n in range(9)))
    )  # fmt: skip
    found = files.propose()
    assert raw_columns(found, "order")["customer_id"] == ("bill party",)
    column = proposal(found, "order").column("customer_id")
    assert column is not None and "100% of its values are keys" in column.why


def test_customers_who_are_named_and_not_numbered_are_looked_up() -> None:
    files = (
        Landed()
        .add("客戶", "客戶編號 | 客戶名稱 | 產業別", *(f"K{n} | 甲{n} | x" for n in range(6)))
        .add(
            "訂單",
            "訂單編號 | 客戶名稱 | 訂單日期 | 未稅金額",
            *(f"T{n} | 甲{n} | 2025/01/0{n + 1} | 5" for n in range(6)),
        )
    )
    found = files.propose()
    assert [row["customer_id"] for row in files.run(found, "order")] == [f"K{n}" for n in range(6)]


def test_without_a_file_of_customers_they_come_from_the_orders() -> None:
    files = Landed().add(
        "orders", "order id | customer id | customer name | email | order date | net amount",
        "1 | a | Ann | a@x.tw | 2025-01-01 | 5", "2 | b | Bob | b@x.tw | 2025-01-02 | 6",
        "3 | a | Ann Lee | a@x.tw | 2025-01-03 | 7",
    )  # fmt: skip
    found = files.propose()
    assert {row["customer_id"]: row["name"] for row in files.run(found, "customer")} == {"a": "Ann Lee", "b": "Bob"}


def test_of_two_files_of_customers_the_one_that_is_referred_to_is_taken_and_the_other_named() -> None:
    found = (
        Landed()
        .add("contacts", "contact id | full name | email", *(f"P{n} | N{n} | n{n}@x.tw" for n in range(6)))
        .add("accounts", "account id | account name | industry", *(f"A{n} | N{n} | x" for n in range(6)))
        .add("orders", "order id | account id | order date | net amount",
             *(f"{n} | A{n} | 2025-01-0{n + 1} | 5" for n in range(6)))
    ).propose()  # fmt: skip
    assert proposal(found, "customer").raw_table == "accounts"
    assert [(left.raw_table, '"accounts"' in left.reason) for left in found.leftovers] == [("contacts", True)]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_lines_of_an_order_become_one_order() -> None:
    files = Landed().add(
        "order_lines", "order id | customer id | order date | product | line total",
        "1 | a | 2025-01-01 | soap | 1,000.50", "1 | a | 2025-01-01 | oil | 5", "2 | b | 2025-01-02 | soap | 6",
    )  # fmt: skip
    rows = {row["order_id"]: row for row in files.run(files.propose(), "order")}
    assert {key: float(str(row["amount"])) for key, row in rows.items()} == {"1": 1005.5, "2": 6.0}
    assert rows["1"]["product"] is None and rows["2"]["product"] == "soap"


def test_an_order_total_repeated_on_its_lines_is_counted_once() -> None:
    files = Landed().add(
        "orders", "order id | customer id | order date | product | order total",
        "1 | a | 2025-01-01 | soap | 15", "1 | a | 2025-01-01 | oil | 15", "2 | b | 2025-01-02 | soap | 6",
    )  # fmt: skip
    rows = {row["order_id"]: row["amount"] for row in files.run(files.propose(), "order")}
    assert rows == {"1": "15", "2": "6"}


def test_a_line_that_is_no_number_is_not_dropped_from_the_sum() -> None:
    files = Landed().add(
        "orders", "order id | customer id | order date | line total",
        "1 | a | 2025-01-01 | 15", "1 | a | 2025-01-01 | n/a", "2 | b | 2025-01-02 | 6",
    )  # fmt: skip
    rows = {row["order_id"]: row["amount"] for row in files.run(files.propose(), "order")}
    assert rows["1"] == "n/a", "ingest quarantines it; a sum without it would be wrong silently"


def test_rows_marked_as_deleted_are_left_out_and_said() -> None:
    files = Landed().add(
        "opportunities", "Id | AccountId | Amount | CloseDate | CreatedDate | IsWon | IsClosed | IsDeleted",
        "1 | a | 10 | 2025-01-05 | 2025-01-01 | true | true | false",
        "2 | b | 20 | 2025-01-06 | 2025-01-01 | false | true | false",
        "3 | b | 20 | 2026-01-06 | 2025-01-01 | false | false | false",
        "4 | b | 20 | 2025-01-06 | 2025-01-01 | true | true | true",
    )  # fmt: skip
    found = files.propose()
    rows = files.run(found, "opportunity")
    assert [(row["opportunity_id"], row["outcome"], row["closed_at"]) for row in rows] == [
        ("1", "won", "2025-01-05"), ("2", "lost", "2025-01-06"), ("3", None, None)
    ]  # fmt: skip
    assert any("IsDeleted" in note for note in proposal(found, "opportunity").notes)
    orders = files.run(found, "order")
    assert [row["order_id"] for row in orders] == ["1"], "a deal that was deleted is no order either"


def test_a_contract_without_dates_is_not_written_as_if_it_were_complete(tmp_path: Path) -> None:
    """The shape of the telco data: months of tenure, and no date."""
    found = Landed().add(
        "telco_churn", "customerID | gender | tenure | Contract | MonthlyCharges | Churn",
        *(f"C{n} | {'Male' if n % 2 else 'Female'} | {n} | Monthly | {n}.5 | No" for n in range(1, 9)),
    ).propose()  # fmt: skip
    contract = proposal(found, "subscription")
    assert contract.missing == ("started_at",) and any('"tenure" counts months' in note for note in contract.notes)
    written = write(found, tmp_path)
    assert {(one.path.name, one.how) for one in written} == {
        ("customer.sql", "new"), ("subscription.sql.todo", "unfinished")
    }  # fmt: skip
    assert "NULL AS started_at,  -- MISSING" in (tmp_path / "subscription.sql.todo").read_text("utf-8")


def test_kinds_of_scores() -> None:
    def score(header: str, *values: str) -> dict[str, object]:
        files = Landed().add(
            "survey", f"response id | customer id | date submitted | {header}",
            *(f"r{n} | a | 2025-01-01 | {value}" for n, value in enumerate(values)),
        )  # fmt: skip
        row = files.run(files.propose(), "survey_response")[0]
        return {name: row[name] for name in ("instrument", "scale_min", "scale_max")}

    assert score("Score", "0", "10", "7") == {"instrument": "nps", "scale_min": 0, "scale_max": 10}
    assert score("Score", "1", "5", "4") == {"instrument": "csat", "scale_min": 1, "scale_max": 5}
    assert score("NPS", "6", "9", "7") == {"instrument": "nps", "scale_min": 0, "scale_max": 10}
    assert score("滿意度", "1", "7", "4") == {"instrument": "csat", "scale_min": 1, "scale_max": 7}
    assert score("Satisfaction", "1", "100", "40") == {"instrument": "csat", "scale_min": 0, "scale_max": 100}


def test_satisfaction_in_words() -> None:
    files = Landed().add(
        "問卷", "序號 | 客戶編號 | 填答時間 | 整體滿意度",
        "1 | a | 2025/01/01 | 非常滿意", "2 | b | 2025/01/02 | 不滿意", "3 | c | 2025/01/02 | 普通",
    )  # fmt: skip
    rows = files.run(files.propose(), "survey_response")
    assert [str(row["score"]) for row in rows] == ["5", "2", "3"]


def test_scores_in_the_tickets_are_a_second_mapping() -> None:
    files = Landed().add(
        "tickets", "ticket id | customer id | created at | resolved at | type | CSAT score",
        "1 | a | 2025-01-01 | 2025-01-02 | question | 5", "2 | b | 2025-01-01 | 2025-01-02 | complaint | 1",
    )  # fmt: skip
    found = files.propose()
    assert [(row["response_id"], row["case_id"], row["score"]) for row in files.run(found, "survey_response")] == [
        ("1", "1", "5"), ("2", "2", "1")
    ]  # fmt: skip


def test_a_header_that_says_utc_is_believed() -> None:
    files = Landed().add(
        "cases", "case id | customer id | created at (UTC) | type", "1 | a | 2025-01-01 23:30:00 | complaint"
    )
    assert files.run(files.propose(), "case")[0]["opened_at"] == "2025-01-01 23:30:00Z"


# --- joins, files, hostile names --------------------------------------------------------------------------------------


def test_files_that_differ_only_by_a_date_or_number_belong_together() -> None:
    def table(name: str, file: str, columns: tuple[str, ...] = ("a", "b")) -> RawTable:
        return RawTable(name, columns, 1, (file,))

    joins = find_joins(
        [
            table("orders_2025_01", "exports/orders_2025-01.csv"),
            table("orders_2025_02", "exports/orders_2025-02.csv"),
            table("orders_notes", "exports/orders_notes.csv"),
            table("訂單2024年3月", "exports/訂單2024年3月.xlsx/Sheet1"),
            table("訂單2024年4月", "exports/訂單2024年4月.xlsx/Sheet1"),
            table("leads_1", "exports/leads_1.csv"),
            table("leads_2", "exports/leads_2.csv", ("a", "c")),
        ]
    )
    assert [(join.table, join.files) for join in joins] == [
        ("orders", ("exports/orders_2025-01.csv", "exports/orders_2025-02.csv")),
        ("訂單", ("exports/訂單2024年3月.xlsx/Sheet1", "exports/訂單2024年4月.xlsx/Sheet1")),
    ]
    assert [join.pattern for join in joins] == ["orders_[0-9]*.csv", "訂單[0-9]*"]  # the notes are no orders


def test_what_a_user_wrote_is_never_overwritten(tmp_path: Path) -> None:
    files = Landed().add("orders", "order id | customer id | order date | net amount", "1 | a | 2025-01-01 | 5")
    found = files.propose()
    assert [one.how for one in write(found, tmp_path)] == ["new"]
    assert [one.how for one in write(found, tmp_path)] == ["same"]
    mine = tmp_path / "order.sql"
    mine.write_text("-- mine\n", "utf-8")
    written = write(found, tmp_path)
    assert [(one.how, one.path.name) for one in written] == [("beside", "order.sql.new")]
    assert mine.read_text("utf-8") == "-- mine\n" and "FROM" in written[0].path.read_text("utf-8")


HOSTILE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.sampled_from(
    ["x\nDROP TABLE raw_x.orders; --", '"; DROP TABLE raw_x.orders; --', "a'b", "*/", "--", "$$", 'q"q', "{x}", "%s"]
)


@settings(max_examples=12)
@given(
    names=st.lists(HOSTILE, min_size=3, max_size=5, unique_by=str.casefold),
    values=st.lists(HOSTILE, min_size=3, max_size=3),
)
def test_hostile_headers_and_values_stay_names_and_values(names: list[str], values: list[str]) -> None:
    """Headers and values land in comments, identifiers and literals of the SQL that is written."""
    header = ["order id", "customer id", "order date", "net amount", "status"]
    extra = [name for name in names if name.strip() and name.casefold() not in (*header, "_file", "_row")]
    rows = [
        [str(n), f"c{n}", "2025-01-01", "5", value or None, *(values[n] for _ in extra)]
        for n, value in enumerate(values)
    ]
    files = Landed().add("orders", [*header, *extra], *rows)
    found = files.propose()
    assert len(files.run(found, "order")) >= 1
    assert files.con.execute("SELECT count(*) FROM raw_x.orders").fetchone() == (3,)


@given(HOSTILE)
def test_any_header_gives_an_attribute_name(header: str) -> None:
    name = attribute_name(header, {"created_on"})
    assert name.isidentifier() and not name.startswith("_") and name != "created_on" and len(name) <= 64
