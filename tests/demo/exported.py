"""The demo company's files read by plain SQL: an outside witness that uses none of our own reading or measuring."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import duckdb
from python_calamine import CalamineWorkbook

ENCODINGS = {"courses": "cp950", "training": "cp950", "feedback": "cp950", "reviews": "gb18030"}
_TABLES = """
CREATE TABLE customer AS
    SELECT "客戶編號" AS id, "客戶類型" AS kind, "會員等級" AS segment, "地區" AS region, "來源通路" AS channel,
           "服務小組" AS team, "首月狀況" AS onboarding, "合併至" AS merged_into, "刪除時間" AS deleted,
           "建立時間"::TIMESTAMP AS created
    FROM read_csv('{root}/crm/customers.csv', header = true, all_varchar = true);
CREATE TABLE booking AS
    SELECT coalesce(c.merged_into, o."客戶編號") AS customer, try_cast(o."訂購時間" AS TIMESTAMP) AS booked,
           o."單據類別" AS kind, try_cast(o."未稅金額" AS DECIMAL(18, 2)) AS amount
    FROM read_csv('{root}/shop/orders_*.csv.gz', header = true, all_varchar = true) o
    LEFT JOIN customer c ON c.id = o."客戶編號";
CREATE TABLE contract AS
    SELECT "客戶編號" AS customer, strptime("起日", '%Y/%m/%d')::DATE AS first_day,
           strptime("迄日", '%Y/%m/%d')::DATE AS last_day
    FROM read_csv('{root}/shop/subscriptions.csv', header = true, all_varchar = true);
CREATE TABLE request AS
    SELECT "客戶編號" AS customer, "類別" AS kind, "進件時間"::TIMESTAMP AS opened,
           "首次回應時間"::TIMESTAMP AS answered, "結案時間"::TIMESTAMP AS resolved, "案件編號" AS request,
           "首次回應者" AS answerer
    FROM read_csv('{cases}', header = true, all_varchar = true);
CREATE TABLE covered AS  -- days [begins, until) on which somebody is a customer, before they are joined up
    SELECT customer, first_day AS begins, last_day + 1 AS until FROM contract
    UNION ALL
    SELECT customer, booked::DATE, booked::DATE + 366 FROM booking
    WHERE kind = '銷貨' AND amount >= 0 AND booked IS NOT NULL;
UPDATE covered SET until = DATE '9999-01-01' WHERE until IS NULL;
DELETE FROM covered WHERE customer IN (SELECT id FROM customer WHERE deleted IS NOT NULL);
"""
_VIEWS = """
CREATE VIEW campaign AS
    SELECT "活動編號" AS campaign, "活動名稱" AS name
    FROM read_csv('{root}/marketing/campaigns.csv', header = true, all_varchar = true);
CREATE VIEW touch AS
    SELECT "活動編號" AS campaign, "客戶編號" AS customer, "組別" AS arm, "事件" AS step, "時間"::TIMESTAMP AS noted
    FROM read_csv('{root}/marketing/touches.csv.gz', header = true, all_varchar = true);
CREATE VIEW staff AS
    SELECT "員工編號" AS staff, "部門" AS team, strptime("授權起日", '%Y/%m/%d')::DATE AS since,
           strptime("授權迄日", '%Y/%m/%d')::DATE AS until
    FROM read_csv('{root}/crm/users.csv', header = true, all_varchar = true);
CREATE VIEW action AS
    SELECT "員工編號" AS staff, "動作" AS done, "時間"::TIMESTAMP AS noted
    FROM read_csv('{root}/crm/usage_log.csv.gz', header = true, all_varchar = true);
CREATE VIEW deal AS
    SELECT "商機編號" AS deal, "建立時間"::TIMESTAMP AS created, "結案時間"::TIMESTAMP AS closed, "結果" AS outcome,
           "階段" AS stage, "金額"::DECIMAL(18, 2) AS amount, "業務" AS seller
    FROM read_csv('{root}/crm/opportunities.csv', header = true, all_varchar = true);
CREATE VIEW stage_change AS
    SELECT "商機編號" AS deal, "階段" AS stage, "進入時間"::TIMESTAMP AS entered
    FROM read_csv('{root}/crm/stage_changes.csv.gz', header = true, all_varchar = true);
CREATE VIEW quota AS
    SELECT "業務" AS seller, strptime("起日", '%Y/%m/%d')::DATE AS first_day,
           try_cast(replace("業績目標", ',', '') AS DECIMAL(18, 2)) AS amount
    FROM read_csv('{root}/crm/quotas.csv', header = true, all_varchar = true);
CREATE VIEW contact AS
    SELECT "案件編號" AS request, "商機編號" AS deal, "時間"::TIMESTAMP AS noted, "方式" AS kind
    FROM read_csv('{root}/crm/interactions.csv.gz', header = true, all_varchar = true);
"""


def lines(path: Path) -> list[list[str]]:
    """Header and rows of an export file, by the standard library alone (the workbook by Calamine)."""
    if path.suffix == ".xlsx":
        return [
            [str(cell) for cell in row] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        ]
    data = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            data = archive.read(archive.namelist()[0])
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return list(csv.reader(io.StringIO(data.decode(ENCODINGS.get(path.stem, "utf-8-sig")))))


def read(workspace: Path) -> duckdb.DuckDBPyConnection:
    """The files as tables; ``covered`` holds the days on which somebody is a customer."""
    root = workspace / "exports"
    con = duckdb.connect(config={"threads": 1})
    with zipfile.ZipFile(root / "crm" / "cases.zip") as archive, tempfile.TemporaryDirectory() as unpacked:
        archive.extractall(unpacked)
        con.execute((_TABLES + _VIEWS).format(root=root, cases=Path(unpacked) / "cases.csv"))
    return con


def leaving(con: duckdb.DuckDBPyConnection, start: date, end: date, where: str = "true") -> tuple[int, int]:
    """Customers on the first day, and how many of them are none on the day the period ends."""
    found = con.execute(
        f"""
        WITH at_start AS (SELECT DISTINCT customer FROM covered WHERE begins < $s AND until >= $s),
             at_end AS (SELECT DISTINCT customer FROM covered WHERE begins < $e AND until >= $e)
        SELECT count(*), count(*) FILTER (WHERE customer NOT IN (FROM at_end))
        FROM at_start LEFT JOIN customer c ON c.id = customer WHERE {where}
        """,
        {"s": start, "e": end},
    ).fetchone()
    assert found
    return found[0], found[1]


def answering(con: duckdb.DuckDBPyConnection, start: date, end: date, where: str = "true") -> tuple[int, float, int]:
    """Requests of a period, the median hours until the first answer (none counts as longest), complaints."""
    found = con.execute(
        f"""
        SELECT count(*), median(coalesce(epoch(answered - opened) / 3600, 1e9)), count(*) FILTER (WHERE q.kind = '客訴')
        FROM request q LEFT JOIN customer c ON c.id = q.customer
        WHERE opened >= $s AND opened < $e AND {where}
        """,
        {"s": start, "e": end},
    ).fetchone()
    assert found
    return found
