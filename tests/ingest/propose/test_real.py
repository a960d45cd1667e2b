"""Proposals for real files, landed by the connector of files. Figures: README.md of the shared data."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crmeter.connectors.files import FileSource
from crmeter.ingest.mapping import bind, check
from crmeter.ingest.propose import Proposals, propose
from crmeter.kernel.messages import speaking
from crmeter.model.tables import BY_NAME


def proposed(con: duckdb.DuckDBPyConnection, root: Path, *paths: str) -> tuple[Proposals, dict[str, str]]:
    """The proposals for files, and the SQL to run each complete one."""
    tables, bad = FileSource("x", root, paths).land(con, "raw_x", lambda text, share: None)
    assert not bad
    found = propose(con, "raw_x", tables, currency="USD", timezone="UTC")
    raw = {table.name: table.columns for table in tables}
    runnable: dict[str, str] = {}
    for one in found.tables:
        if one.complete:
            mapping = check(one.sql, f"{one.table}.sql", BY_NAME[one.table], raw)
            bind(mapping, con, "raw_x")
            runnable[one.table] = mapping.select("raw_x")
    return found, runnable


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_maven_crm(shared_data: Path, language: str) -> None:
    with duckdb.connect() as con, speaking(language):
        found, sql = proposed(con, shared_data, "maven_crm/*.csv")
        assert set(sql) == {"customer", "order", "opportunity"}
        outcomes = con.execute(f"SELECT outcome, count(*) FROM ({sql['opportunity']}) GROUP BY ALL").fetchall()
        assert dict(outcomes) == {"won": 4238, "lost": 2473, None: 2089}  # published; 1,589 + 500 are open
        total = con.execute(f"SELECT count(*), sum(amount::INT) FROM ({sql['order']})").fetchone()
        assert total == (4238, 10_005_534)  # published
        assert con.execute(f"SELECT count(DISTINCT customer_id) FROM ({sql['customer']})").fetchone() == (85,)
        assert {left.raw_table for left in found.leftovers} == {"data_dictionary", "products", "sales_teams"}


def test_telco_says_that_there_are_no_dates(shared_data: Path) -> None:
    with duckdb.connect() as con:
        found, sql = proposed(con, shared_data, "telco/*.csv")
        contract = found.table("subscription")
        assert contract is not None and contract.missing == ("started_at",) and set(sql) == {"customer"}
        assert any('"tenure" counts months' in note for note in contract.notes)
        spent = con.execute(f"SELECT count(*), count(DISTINCT contract) FROM ({sql['customer']})").fetchone()
        assert spent == (7043, 3)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        (
            "dbt_salesforce",
            {"customer": "sf_account_data", "order": "sf_order_data", "lead": "sf_lead_data",
             "opportunity": "sf_opportunity_data", "stage_change": "sf_opportunity_history_data",
             "task": "sf_task_data"},
        ),
        ("dbt_hubspot", {"opportunity": "deal_data", "case": "ticket_data", "stage": "deal_pipeline_stage_data"}),
        ("dbt_zendesk", {"customer": "organization_data", "case": "ticket_data", "usage": "audit_log_data"}),
    ],
)  # fmt: skip
def test_the_right_tables_of_three_systems(shared_data: Path, folder: str, expected: dict[str, str]) -> None:
    with duckdb.connect() as con:
        found, sql = proposed(con, shared_data, f"{folder}/integration_tests/seeds/*_data.csv")
        taken = {table.table: table.raw_table for table in found.tables}
        assert taken | expected == taken
        for statement in sql.values():
            con.execute(statement)
        told = {*taken.values(), *(left.raw_table for left in found.leftovers)}
        landed = con.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw_x'").fetchall()
        assert told == {name for (name,) in landed}, "each raw table is taken or said to be left out"


def test_shopify_orders(shared_data: Path) -> None:
    with duckdb.connect() as con:
        found, sql = proposed(con, shared_data, "marketing_spend/shopify_orders_schema.csv")
        order = found.table("order")
        assert order is not None
        raw = {column.column: column.raw for column in order.columns}
        assert (raw["customer_id"], raw["ordered_at"], raw["amount"], raw["currency"]) == (
            ("customer_id",), ("processed_timestamp",), ("subtotal_price",), ("currency",)
        )  # fmt: skip
        kinds = con.execute(f"SELECT kind, min(amount), max(amount) FROM ({sql['order']}) GROUP BY 1").fetchall()
        assert {kind for kind, _, _ in kinds} == {"sale", "refund"}
        assert con.execute(f"SELECT count(*) FROM ({sql['order']}) WHERE kind = 'refund' AND amount NOT LIKE '-%'") \
            .fetchone() == (0,)  # fmt: skip


def test_monthly_files_with_chinese_names_become_one_table_of_a_new_workspace(tmp_path: Path) -> None:
    """From files in Big5 to a mapping that can be loaded: names of another script in the toml, joined files."""
    from crmeter.app.founding import found
    from crmeter.app.mapping import check as check_mappings
    from crmeter.app.settings import open_workspace

    header = "訂單編號,客戶編號,訂單日期,未稅金額\r\n"
    for month in (1, 2):
        text = header + f"T{month},K1,2025/0{month}/13,100\r\n"
        (tmp_path / f"訂單_2025年{month}月.csv").write_bytes(text.encode("big5"))
    made = found(tmp_path / "ws", sorted(tmp_path.glob("*.csv")), currency="TWD", timezone="Asia/Taipei")
    assert made.proposed[0].joined == (("訂單", "訂單_[0-9]*.csv"),)
    checked = check_mappings(open_workspace(tmp_path / "ws", {}))
    assert [(one.table, len(one.columns)) for one in checked] == [("order", 6)]
