-- The panel of eight KPIs by hand, for 60 months x (total, channel, region, segment): one scan of the orders into short
-- rows, of which 60 bits a customer are made; no distinct counts. Codes and macros as in expert.sql.
CREATE TEMP MACRO mi(d) AS ((year(d) - 2020) * 12 + month(d) - 7)::UTINYINT;
CREATE TEMP TABLE dims AS
SELECT (row_number() OVER () - 1)::UTINYINT AS g, * FROM (
  SELECT DISTINCT channel, region, segment FROM main.customer UNION SELECT NULL, NULL, NULL);
CREATE TEMP TABLE slice AS
SELECT (row_number() OVER (ORDER BY dim <> 'total', dim, val) - 1)::UTINYINT AS v, * FROM (
  SELECT DISTINCT dim, val FROM dims, LATERAL (VALUES
    ('total', NULL), ('customer.channel', channel), ('customer.region', region), ('customer.segment', segment)) d(dim, val));
CREATE TEMP TABLE dm AS
SELECT g, v FROM dims, LATERAL (VALUES
  ('total', NULL), ('customer.channel', channel), ('customer.region', region), ('customer.segment', segment)) d(dim, val)
JOIN slice ON slice.dim = d.dim AND slice.val IS NOT DISTINCT FROM d.val;
CREATE TEMP TABLE person AS
WITH c AS (
  SELECT customer_id, (row_number() OVER ())::UINTEGER AS i, g FROM main.customer JOIN dims
  ON dims.channel IS NOT DISTINCT FROM customer.channel AND dims.region IS NOT DISTINCT FROM customer.region
    AND dims.segment IS NOT DISTINCT FROM customer.segment)
SELECT * FROM c WHERE customer_id NOT IN (SELECT customer_id FROM derived.customer_alias)
UNION ALL
SELECT a.customer_id, i, g FROM derived.customer_alias a JOIN c ON c.customer_id = a.survivor_id;

CREATE TEMP TABLE ledger AS
SELECT mi(ordered_on) AS m, g, i, kind = 'sale' AND subscription_id IS NULL AS is_purchase,
  CASE WHEN currency = 'TWD' THEN amount END AS amount
FROM main."order" JOIN person USING (customer_id);
CREATE TEMP TABLE mask AS
SELECT i, g, bit_or(b) AS b FROM (
  SELECT i, g, bit_or(1::UBIGINT << m::INTEGER) AS b FROM ledger WHERE is_purchase GROUP BY i, g
  UNION ALL  -- months at whose end a contract runs: bits from its first month to the one before its last
  SELECT i, g, ((1::UBIGINT << least(60, coalesce(mi(ended_on)::INTEGER, 60))) - (1::UBIGINT << mi(started_on)::INTEGER))
  FROM main.subscription JOIN person USING (customer_id) WHERE ended_on IS NULL OR mi(ended_on) > mi(started_on))
GROUP BY i, g;
CREATE TEMP TABLE sold AS
SELECT m, g, sum(amount)::DECIMAL(18, 4) AS revenue, count(*) FILTER (is_purchase) AS purchases,
  count(amount) FILTER (is_purchase) AS sales, sum(amount) FILTER (is_purchase)::DECIMAL(18, 4) AS sale_amount
FROM ledger GROUP BY m, g;
CREATE TEMP TABLE answer AS
SELECT mi(responded_on) AS m, coalesce(g, (SELECT g FROM dims WHERE channel IS NULL)) AS g,
  count(*) FILTER (instrument = 'csat') AS csat_n, sum(score) FILTER (instrument = 'csat') AS csat_sum,
  min(scale_min) FILTER (instrument = 'csat') AS l0, max(scale_min) FILTER (instrument = 'csat') AS l1,
  min(scale_max) FILTER (instrument = 'csat') AS h0, max(scale_max) FILTER (instrument = 'csat') AS h1,
  count(*) FILTER (instrument = 'nps') AS nps_n, count(*) FILTER (instrument = 'nps' AND score >= 9) AS promoters,
  count(*) FILTER (instrument = 'nps' AND score <= 6) AS detractors
FROM main.survey_response LEFT JOIN person USING (customer_id)
WHERE score IS NOT NULL AND responded_on IS NOT NULL AND (customer_id IS NULL OR g IS NOT NULL) GROUP BY 1, 2;
CREATE TEMP TABLE deal AS
SELECT mi(closed_on) AS m, coalesce(g, (SELECT g FROM dims WHERE channel IS NULL)) AS g, outcome = 'won' AS won,
  CASE WHEN outcome = 'won' THEN epoch(closed_at) - epoch(coalesce(first_contact_at, l.created_at, o.created_at)) END AS cycle
FROM main.opportunity o LEFT JOIN (SELECT lead_id, created_at FROM main.lead) l USING (lead_id)
LEFT JOIN person p ON p.customer_id = o.customer_id
WHERE closed_on IS NOT NULL AND outcome IN ('won', 'lost') AND (o.customer_id IS NULL OR g IS NOT NULL);

CREATE TEMP TABLE eight AS
WITH k AS (
  SELECT * FROM sold
  UNION ALL BY NAME
  SELECT m::UTINYINT AS m, g, count(*) AS active FROM mask, range(60) r(m) WHERE b >> m & 1 = 1 GROUP BY m, g
  UNION ALL BY NAME SELECT * FROM answer),
s AS (
  SELECT m, v, min(l0) AS l0, max(l1) AS l1, min(h0) AS h0, max(h1) AS h1, sum(COLUMNS(c -> c NOT IN ('m', 'g', 'v', 'l0', 'l1', 'h0', 'h1')))
  FROM k JOIN dm USING (g) GROUP BY m, v),
closed AS (
  SELECT m, v, count(*) FILTER (won) AS won, count(*) AS closed, quantile_cont(cycle, .5) / 86400 AS cycle
  FROM deal JOIN dm USING (g) GROUP BY m, v)
SELECT (DATE '2020-07-01' + to_months(r.m::INTEGER))::DATE AS month, dim, val,
  coalesce(revenue, 0)::DOUBLE AS revenue, coalesce(purchases, 0) AS orders,
  sale_amount::DOUBLE / nullif(sales, 0) AS average_order_value, coalesce(active, 0) AS active_customers,
  CASE WHEN l0 = l1 AND h0 = h1 THEN csat_sum / nullif(csat_n, 0) END AS "csat.mean",
  100 * (promoters - detractors) / nullif(nps_n, 0) AS nps, won / closed AS win_rate, cycle AS "sales_cycle_days.median"
FROM range(60) r(m) CROSS JOIN slice LEFT JOIN s ON s.m = r.m AND s.v = slice.v
LEFT JOIN closed ON closed.m = r.m AND closed.v = slice.v;
