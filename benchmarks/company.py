"""A made-up company of any size as a published warehouse: the same rows each time, whatever the threads.

Every random draw is a hash of (entity, draw, purpose, seed). Customers buy by a BG/NBD process: rates of purchase vary
as Gamma(1/2), after each order a customer leaves for good with a chance that varies as Beta(1, 11). 100,000 customers
give about one million orders over sixty months. Some customers are merged or deleted, some amounts are in another
currency, some cases, leads and deals belong to nobody, so that a definition that forgets them is found out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from crmeter.model.rules import Rules
from crmeter.warehouse import derive, publish, schema

START, END, MONTHS = date(2020, 7, 1), date(2025, 7, 1), 60
RULES = Rules(currency="TWD", timezone="UTC", gross_margin=None)

_MACROS = """
CREATE TEMP MACRO u(id, k, salt) AS
  ((hash(hash(id::UBIGINT * 4096 + k::UBIGINT) + (salt * 7919 + 7 * 104729)) >> 11)::DOUBLE + 0.5) / 9007199254740992.0;
CREATE TEMP MACRO z(id, k, salt) AS sqrt(-2 * ln(u(id, k, salt))) * cos(2 * pi() * u(id, k, salt + 500));
CREATE TEMP MACRO pick(x, l, cum) AS l[1 + len(list_filter(cum, c -> c < x))];
CREATE TEMP MACRO t0() AS TIMESTAMP '2020-07-01';
CREATE TEMP MACRO t1() AS TIMESTAMP '2025-07-01';
CREATE TEMP MACRO secs() AS epoch(t1()) - epoch(t0());
CREATE TEMP MACRO moment(seconds) AS t0() + to_seconds(floor(seconds)::BIGINT);
CREATE TEMP MACRO cid(i) AS 'C' || lpad(i::VARCHAR, 8, '0');
CREATE TEMP MACRO chance(id, k, salt, of) AS u(id, k, salt) < of;
"""

_CUSTOMER = """
SELECT cid(i) AS customer_id, i,
  moment(CASE WHEN u(i, 0, 1) < .02 THEN 0 ELSE secs() * sqrt(u(i, 1, 1)) END) AS created_at,
  created_at::DATE AS created_on,
  pick(u(i, 0, 2), ['organic', 'paid_search', 'referral', 'partner', 'email'], [.34, .62, .80, .92, 1.0]) AS channel,
  CASE WHEN NOT chance(i, 1, 3, .01) THEN
    pick(u(i, 0, 3), ['north', 'south', 'east', 'west', 'central', 'export'], [.27, .49, .66, .82, .94, 1.0])
  END AS region,
  pick(u(i, 0, 4), ['smb', 'mid', 'enterprise', 'consumer'], [.30, .42, .47, 1.0]) AS segment,
  CASE segment WHEN 'consumer' THEN 'person' ELSE 'company' END AS kind,
  CASE WHEN chance(i, 0, 6, .001) THEN t1() - INTERVAL 1 DAY END AS deleted_at, deleted_at::DATE AS deleted_on,
  CASE WHEN chance(i, 0, 7, .002) AND i > 1 THEN cid(1 + floor(u(i, 1, 7) * (i - 1))::BIGINT) END AS merged_into
FROM range(1, $n + 1) r(i)
"""

_PURCHASES = """
WITH p AS (
  SELECT i AS id, created_at AS s, segment, channel,
    greatest(power(z(i, 1, 10), 2) / 2 / .24, 1e-4) AS per_month,
    1 - power(1 - u(i, 0, 11), 1 / 11.0) AS leaving,
    exp(3.6 + .8 * z(i, 2, 12) + CASE segment WHEN 'enterprise' THEN 2.2 WHEN 'mid' THEN 1.2 WHEN 'smb' THEN .6 ELSE 0
      END) AS typical,
    -ln(u(i, 0, 13)) * 9 AS first_gap
  FROM customer_made WHERE u(i, 0, 14) > .12
), life AS (
  SELECT *, ceil(ln(u(id, 3, 15)) / ln(1 - leaving))::BIGINT AS orders,
    greatest((epoch(t1()) - epoch(s)) / 86400 / 30.4375 - first_gap / 30.4375, 0) AS months
  FROM p
), step AS (
  SELECT id, s, first_gap, typical, channel, per_month,
    unnest(range(0, least(orders, 400, ceil(per_month * months + 4 * sqrt(per_month * months) + 4))::BIGINT)) AS k
  FROM life WHERE months > 0
)
SELECT id, k, typical, channel,
  s + to_microseconds(((first_gap * 86400 + sum(CASE WHEN k = 0 THEN 0
    ELSE -ln(u(id, k, 20)) / per_month * 30.4375 * 86400 END)
    OVER (PARTITION BY id ORDER BY k ROWS UNBOUNDED PRECEDING)) * 1e6)::BIGINT) AS sold_at
FROM step QUALIFY sold_at < t1()
"""

_SUBSCRIPTION = """
WITH s AS (
  SELECT i, created_at, unnest(range(0, CASE WHEN chance(i, 2, 80, .3) THEN 2 ELSE 1 END)) AS k
  FROM customer_made WHERE chance(i, 1, 80, .08)
), d AS (
  SELECT *, created_at + to_days((k * 400 + floor(u(i, k, 81) * 200))::INTEGER) AS started_at,
    10 + floor(-ln(u(i, k, 82)) * CASE k WHEN 0 THEN 200 ELSE 900 END) AS days
  FROM s
)
SELECT 'S' || i || '-' || k AS subscription_id, cid(i) AS customer_id, i * 4 + k AS number, started_at,
  started_at::DATE AS started_on,
  CASE WHEN started_at + to_days(days::INTEGER) < t1() THEN started_at + to_days(days::INTEGER) END AS ended_at,
  ended_at::DATE AS ended_on, pick(u(i, k, 83), ['basic', 'pro'], [.7, 1.0]) AS plan,
  round(300 + 700 * u(i, k, 84), 0) AS monthly_amount, 'TWD' AS currency
FROM d WHERE started_at < t1()
"""

_ORDER = """
WITH bought AS (
  SELECT id, k, sold_at, round(typical * exp(.5 * z(id, k, 21)), 2) AS amount, channel,
    pick(u(id, k, 22), ['core', 'plus', 'addon', 'service', 'parts'], [.45, .7, .85, .95, 1.0]) AS product_line
  FROM purchase
), sold AS (
  SELECT 'O' || id || '-' || k AS order_id, cid(id) AS customer_id, date_trunc('second', sold_at) AS ordered_at, amount,
    CASE WHEN chance(id, k, 25, .7) THEN round(amount * (.45 + .3 * u(id, k, 26)), 2) END AS cost,
    CASE WHEN chance(id, k, 27, .01) THEN 'USD' ELSE 'TWD' END AS currency, 'sale' AS kind, NULL AS subscription_id,
    product_line, CASE WHEN chance(id, k, 23, .6) THEN channel ELSE
      pick(u(id, k, 24), ['web', 'store', 'phone', 'app'], [.5, .7, .8, 1.0]) END AS channel
  FROM bought
), refunded AS (
  SELECT 'R' || id || '-' || k, cid(id),
    date_trunc('second', sold_at) + to_hours(24 * (1 + floor(20 * u(id, k, 29)))::INTEGER),
    -round(amount * CASE WHEN chance(id, k, 30, .6) THEN 1 ELSE u(id, k, 31) END, 2), NULL, 'TWD', 'refund', NULL,
    product_line, 'web'
  FROM bought WHERE chance(id, k, 28, .03) AND sold_at + INTERVAL 21 DAY < t1()
), invoiced AS (
  SELECT 'I' || subscription_id || '-' || k, customer_id, started_at + to_months(k::INTEGER) AS due, monthly_amount,
    NULL, 'TWD', 'sale', subscription_id, 'service', 'web'
  FROM subscription_made, range(0, 60) r(k)
  WHERE due < coalesce(ended_at, t1())
)
SELECT *, ordered_at::DATE AS ordered_on FROM (FROM sold UNION ALL FROM refunded UNION ALL FROM invoiced)
WHERE year(ordered_at) = $year ORDER BY ordered_at, order_id
"""

_LEAD = """
WITH l AS (SELECT i, secs() * sqrt(u(i, 0, 90)) AS off, -ln(u(i, 1, 90)) * 40 * 86400 AS gap FROM range(1, $n + 1) r(i))
SELECT 'L' || i AS lead_id, moment(off) AS created_at, created_at::DATE AS created_on,
  pick(u(i, 2, 90), ['organic', 'paid_search', 'referral', 'partner', 'email'], [.3, .65, .8, .9, 1.0]) AS channel,
  CASE WHEN chance(i, 3, 90, .3) AND off + gap < secs() THEN moment(off + gap) END AS converted_at,
  converted_at::DATE AS converted_on,
  CASE WHEN converted_at IS NOT NULL OR chance(i, 4, 90, .2) THEN
    cid(1 + floor(u(i, 5, 90) * $n)::BIGINT) END AS customer_id
FROM l ORDER BY created_at, lead_id
"""

_OPPORTUNITY = """
WITH d AS (
  SELECT i, secs() * sqrt(u(i, 1, 30)) AS off, exp(2.7 + .9 * z(i, 2, 31)) * 86400 AS cycle, u(i, 3, 32) AS fate
  FROM range(1, $n // 2 + 1) r(i)
)
SELECT 'D' || i AS opportunity_id,
  CASE WHEN NOT chance(i, 6, 33, .05) THEN cid(1 + floor(u(i, 0, 30) * $n)::BIGINT) END AS customer_id,
  CASE WHEN chance(i, 7, 33, .3) THEN 'L' || (1 + floor(u(i, 8, 33) * $n)::BIGINT) END AS lead_id,
  'E' || (1 + floor(u(i, 5, 34) * 150)::INTEGER) AS owner_id, moment(off) AS created_at, created_at::DATE AS created_on,
  CASE WHEN off + cycle < secs() AND fate < .9 THEN moment(off + cycle) END AS closed_at, closed_at::DATE AS closed_on,
  CASE WHEN closed_at IS NOT NULL THEN CASE WHEN fate < .27 THEN 'won' ELSE 'lost' END END AS outcome,
  CASE WHEN NOT chance(i, 9, 33, .01) THEN round(exp(7 + 1.1 * z(i, 4, 33)), 2) END AS amount,
  CASE WHEN chance(i, 10, 33, .02) THEN 'USD' ELSE 'TWD' END AS currency
FROM d ORDER BY created_at, opportunity_id
"""

_CASE = """
WITH c AS (
  SELECT i, secs() * sqrt(u(i, 1, 51)) AS off, floor(exp(4.2 + 1.1 * z(i, 2, 52)) * 60) AS wait,
    floor(exp(9.8 + 1.0 * z(i, 3, 53))) AS work
  FROM range(1, $n * 3 // 2 + 1) r(i)
)
SELECT 'T' || i AS case_id,
  CASE WHEN NOT chance(i, 7, 50, .02) THEN cid(1 + floor(power(u(i, 0, 50), 1.3) * $n)::BIGINT) END AS customer_id,
  moment(off) AS opened_at, opened_at::DATE AS opened_on,
  CASE WHEN chance(i, 4, 54, .97) AND off + wait < secs() THEN moment(off + wait) END AS first_response_at,
  first_response_at::DATE AS first_response_on,
  CASE WHEN first_response_at IS NULL THEN NULL WHEN chance(i, 8, 54, .05) THEN 'bot'
    WHEN chance(i, 9, 54, .5) THEN 'human' END AS first_response_by,
  CASE WHEN chance(i, 4, 54, .95) AND off + wait + work < secs() THEN moment(off + wait + work) END AS resolved_at,
  resolved_at::DATE AS resolved_on,
  CASE WHEN chance(i, 5, 55, .14) THEN 'complaint' ELSE 'question' END AS kind,
  pick(u(i, 6, 56), ['email', 'phone', 'chat', 'web'], [.4, .6, .85, 1.0]) AS channel,
  CASE WHEN chance(i, 10, 56, .8) THEN round(3 + 25 * u(i, 11, 56), 1) END AS handle_minutes
FROM c ORDER BY opened_at, case_id
"""

_SURVEY_RESPONSE = """
WITH s AS (
  SELECT i, secs() * sqrt(u(i, 1, 61)) AS off, chance(i, 2, 61, .5) AS csat
  FROM range(1, $n * 3 // 2 + 1) r(i)
)
SELECT 'A' || i AS response_id, 'after_purchase' AS survey_id, CASE WHEN csat THEN 'csat' ELSE 'nps' END AS instrument,
  CASE WHEN chance(i, 2, 62, .9) THEN CASE WHEN csat THEN least(5, greatest(1, round(4.1 + z(i, 3, 63))))
    ELSE least(10, greatest(0, round(7.9 + 2.1 * z(i, 5, 65)))) END END AS score,
  CASE WHEN csat THEN 1 ELSE 0 END AS scale_min, CASE WHEN csat THEN 5 ELSE 10 END AS scale_max,
  moment(off) AS invited_at, invited_at::DATE AS invited_on,
  CASE WHEN score IS NOT NULL THEN invited_at END AS responded_at, responded_at::DATE AS responded_on,
  CASE WHEN NOT chance(i, 6, 61, .03) THEN cid(1 + floor(u(i, 0, 60) * $n)::BIGINT) END AS customer_id
FROM s ORDER BY invited_at, response_id
"""

_SPEND = """
SELECT 'B' || d || '-' || c AS spend_id, DATE '2020-07-01' + d::INTEGER AS spent_on,
  round($n / 100.0 * exp(.6 * z(d * 16 + c, 0, 44)), 2) AS amount,
  CASE WHEN chance(d * 16 + c, 1, 44, .02) THEN 'USD' ELSE 'TWD' END AS currency, 'marketing' AS "function",
  'advertising' AS category, ['organic', 'paid_search', 'referral', 'partner', 'email'][c + 1] AS channel
FROM range(0, 1826) r(d), range(0, 5) s(c) ORDER BY spent_on, spend_id
"""

_TABLES = {
    "subscription": "FROM subscription_made",
    "order": _ORDER,
    "lead": _LEAD,
    "opportunity": _OPPORTUNITY,
    "case": _CASE,
    "survey_response": _SURVEY_RESPONSE,
    "spend": _SPEND,
}
_YEARS = [{"year": year} for year in range(START.year, END.year + 1)]  # parts of what would be too large at once


def build(path: Path, customers: int, tables: Sequence[str] = tuple(_TABLES)) -> None:
    """Publish the warehouse of a company with so many customers at ``path``, with only these ``tables`` beside them."""
    with publish.writing(path) as con:
        schema.create(con)
        for statement in _MACROS.split(";\n"):
            if statement.strip():
                con.execute(statement)
        n = {"n": customers}
        con.execute(f"CREATE TEMP TABLE customer_made AS {_CUSTOMER}", n)
        con.execute(f"CREATE TEMP TABLE purchase AS {_PURCHASES}")
        con.execute(f"CREATE TEMP TABLE subscription_made AS {_SUBSCRIPTION}")
        _fill(con, "customer", "FROM customer_made ORDER BY created_at, customer_id")
        for table in tables:
            for part in _YEARS if "$year" in _TABLES[table] else [n if "$n" in _TABLES[table] else {}]:
                _fill(con, table, _TABLES[table], part)
        for made in ("made", "purchase", "subscription_made", "customer_made"):
            con.execute(f"DROP TABLE {made}")
        con.execute(
            "INSERT INTO meta.load VALUES (1, now(), now(), $as_of, $start, $rules)",
            {"as_of": END, "start": START, "rules": json.dumps(RULES.as_json())},
        )
        derive.refresh(con, RULES, END)
        derive.roll_up(con, RULES, END)


def _fill(con: duckdb.DuckDBPyConnection, table: str, rows: str, parameters: dict[str, int] | None = None) -> None:
    """Append ``rows`` to a canonical table, numbered on."""
    known = {
        name
        for (name,) in con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = $t", {"t": table}
        ).fetchall()
    }
    con.execute(f"CREATE OR REPLACE TEMP TABLE made AS {rows}", parameters)
    made = [name for (name,) in con.execute("SELECT column_name FROM (DESCRIBE made)").fetchall() if name in known]
    columns = ", ".join(f'"{name}"' for name in made)
    con.execute(
        f"INSERT INTO main.\"{table}\" BY NAME SELECT {columns}, 'bench' AS _source, '' AS _file, "
        f'row_number() OVER () + (SELECT count(*) FROM main."{table}") AS _row, 1 AS _load FROM made'
    )
