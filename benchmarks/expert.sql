-- The same KPIs by hand: what somebody who knows DuckDB and these definitions would write for 60 months x (total,
-- channel, region, segment). Few scans, small integer keys, running sums over months in place of a scan per period.
-- Month 0 is July 2020. A statement ends at a line that ends with a semicolon.
CREATE TEMP MACRO mi(d) AS ((year(d) - 2020) * 12 + month(d) - 7)::UTINYINT;
CREATE TEMP MACRO dn(d) AS (d - DATE '2020-07-01');

-- Combinations of the three attributes get a small code g; slices of one attribute a small code v, 0 being the total.
-- The last combination stands for rows of nobody.
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

-- Every customer id: the number and combination of the customer it counts as. Deleted ones are absent.
CREATE TEMP TABLE person AS
WITH c AS (
  SELECT customer_id, (row_number() OVER ())::UINTEGER AS i, g FROM main.customer JOIN dims
  ON dims.channel IS NOT DISTINCT FROM customer.channel AND dims.region IS NOT DISTINCT FROM customer.region
    AND dims.segment IS NOT DISTINCT FROM customer.segment)
SELECT * FROM c WHERE customer_id NOT IN (SELECT customer_id FROM derived.customer_alias)
UNION ALL
SELECT a.customer_id, i, g FROM derived.customer_alias a JOIN c ON c.customer_id = a.survivor_id;

-- One scan of the orders, one join.
CREATE TEMP TABLE ledger AS
SELECT mi(ordered_on) AS m, g, i, kind = 'sale' AS is_sale, subscription_id IS NULL AS is_purchase,
  CASE WHEN currency = 'TWD' THEN amount END AS amount, CASE WHEN currency = 'TWD' THEN cost END AS cost
FROM main."order" JOIN person USING (customer_id);
CREATE TEMP TABLE sold AS
SELECT m, g, sum(amount)::DECIMAL(18, 4) AS revenue,
  count(*) FILTER (is_sale AND is_purchase) AS purchases,
  count(amount) FILTER (is_sale AND is_purchase) AS sales,
  sum(amount) FILTER (is_sale AND is_purchase)::DECIMAL(18, 4) AS sale_amount,
  -sum(amount) FILTER (NOT is_sale AND is_purchase)::DECIMAL(18, 4) AS refunded,
  sum(amount) FILTER (is_sale AND is_purchase AND cost IS NOT NULL)::DECIMAL(18, 4) AS costed,
  sum(cost) FILTER (is_sale AND is_purchase)::DECIMAL(18, 4) AS cost
FROM ledger GROUP BY m, g;

-- Customer-months with purchases: one integer key each.
CREATE TEMP TABLE cell AS
SELECT i, g, m, count(*) > 1 AS again FROM ledger WHERE is_sale AND is_purchase GROUP BY i, g, m;
-- Months at whose end a contract runs, and of those the ones without a purchase.
CREATE TEMP TABLE contract AS
SELECT DISTINCT i, g, unnest(range(mi(started_on)::INTEGER, coalesce(mi(ended_on)::INTEGER, 60)))::UTINYINT AS m
FROM main.subscription JOIN person USING (customer_id);

CREATE TEMP TABLE stay AS
SELECT i, g, number, started_on, ended_on, mi(started_on) AS sm, mi(ended_on) AS em FROM derived.spell JOIN person
USING (customer_id);
CREATE TEMP TABLE again AS SELECT * FROM stay WHERE number > 1;
CREATE TEMP TABLE starts AS
SELECT s.sm AS m, s.g, count(*) AS started, sum(dn(s.started_on)) AS start_days, count(*) FILTER (s.number = 1) AS new,
  count(*) FILTER (p.em IS NULL OR p.em < s.sm) AS entering
FROM stay s LEFT JOIN (SELECT i, number + 1 AS number, em FROM stay WHERE em IS NOT NULL) p USING (i, number) GROUP BY s.sm, s.g;
-- Who left: the last spell of a customer that ended in the month, with no next one that began in it.
CREATE TEMP TABLE ends AS
WITH e AS (
  SELECT i, g, em AS m, count(*) AS ended, sum(dn(ended_on)) AS end_days, min(sm) AS first_sm, max(number) AS number
  FROM stay WHERE em IS NOT NULL GROUP BY i, g, em)
SELECT e.m, e.g, sum(ended) AS ended, sum(end_days) AS end_days,
  count(*) FILTER (n.sm IS NULL OR n.sm > e.m) AS gone,
  count(*) FILTER ((n.sm IS NULL OR n.sm > e.m) AND first_sm < e.m) AS lost
FROM e LEFT JOIN again n ON n.i = e.i AND n.number = e.number + 1 GROUP BY e.m, e.g;
-- Customers 365 days before the end of each month, and those of them who are customers at the end: as changes from month
-- to month. x lies before the end of month m exactly if mi(x) <= m.
CREATE TEMP TABLE year_change AS
WITH b AS (SELECT i, g, number, sm, em, mi(started_on + 365) AS ys, mi(ended_on + 365) AS ye FROM stay),
k AS (
  SELECT g, ys AS a, em AS z FROM b WHERE em IS NULL OR em > ys
  UNION ALL
  SELECT j.g, greatest(j.ys, k.sm), least(j.ye, k.em) FROM b j JOIN b k ON k.i = j.i AND k.number > j.number
  WHERE k.number > 1 AND greatest(j.ys, k.sm) < least(j.ye, coalesce(k.em, 200)))
SELECT ys AS m, g, count(*) AS at_year_start, 0 AS kept_year FROM b GROUP BY ys, g
UNION ALL SELECT ye, g, -count(*), 0 FROM b WHERE ye IS NOT NULL GROUP BY ye, g
UNION ALL SELECT a, g, 0, count(*) FROM k GROUP BY a, g
UNION ALL SELECT z, g, 0, -count(*) FROM k WHERE z IS NOT NULL GROUP BY z, g;

CREATE TEMP TABLE opened AS
SELECT mi(opened_on) AS m, coalesce(g, (SELECT g FROM dims WHERE channel IS NULL)) AS g, i, kind = 'complaint' AS complaint,
  CASE WHEN coalesce(first_response_by, 'human') = 'human' THEN epoch(first_response_at) - epoch(opened_at) END AS waited
FROM main."case" LEFT JOIN person USING (customer_id) WHERE customer_id IS NULL OR g IS NOT NULL;
CREATE TEMP TABLE complainer AS
SELECT m, g, count(*) AS complaining FROM (SELECT DISTINCT i, g, m FROM opened WHERE complaint AND i IS NOT NULL) c
WHERE EXISTS (FROM stay s WHERE s.i = c.i AND s.sm <= c.m AND (s.em IS NULL OR s.em >= c.m)) GROUP BY m, g;
CREATE TEMP TABLE response AS
WITH q AS (
  SELECT m, v, quantile_cont(coalesce(waited, 'infinity'::DOUBLE), [.5, .9]) AS q, sum(waited) / count(waited) / 3600 AS mean
  FROM opened JOIN dm USING (g) GROUP BY m, v)
SELECT m, v, CASE WHEN isfinite(q[1]) THEN q[1] / 3600 END AS median, CASE WHEN isfinite(q[2]) THEN q[2] / 3600 END AS p90, mean
FROM q;
CREATE TEMP TABLE resolution AS
WITH r AS (
  SELECT mi(resolved_on) AS m, coalesce(g, (SELECT g FROM dims WHERE channel IS NULL)) AS g,
    epoch(resolved_at) - epoch(opened_at) AS took, handle_minutes
  FROM main."case" LEFT JOIN person USING (customer_id)
  WHERE resolved_on IS NOT NULL AND (customer_id IS NULL OR g IS NOT NULL)),
q AS (SELECT m, v, quantile_cont(took, [.5, .9]) AS q, avg(took) / 3600 AS mean, avg(handle_minutes) AS handle
  FROM r JOIN dm USING (g) GROUP BY m, v)
SELECT m, v, q[1] / 3600 AS median, q[2] / 3600 AS p90, mean, handle FROM q;

CREATE TEMP TABLE answer AS
SELECT mi(responded_on) AS m, coalesce(g, (SELECT g FROM dims WHERE channel IS NULL)) AS g,
  count(*) FILTER (instrument = 'csat') AS csat_n, sum(score) FILTER (instrument = 'csat') AS csat_sum,
  min(scale_min) FILTER (instrument = 'csat') AS l0, max(scale_min) FILTER (instrument = 'csat') AS l1,
  min(scale_max) FILTER (instrument = 'csat') AS h0, max(scale_max) FILTER (instrument = 'csat') AS h1,
  count(*) FILTER (instrument = 'csat' AND scale_max - scale_min >= 4) AS wide,
  count(*) FILTER (instrument = 'csat' AND scale_max - scale_min >= 4 AND score >= scale_max - 1) AS top,
  count(*) FILTER (instrument = 'nps') AS nps_n, count(*) FILTER (instrument = 'nps' AND score >= 9) AS promoters,
  count(*) FILTER (instrument = 'nps' AND score <= 6) AS detractors
FROM main.survey_response LEFT JOIN person USING (customer_id)
WHERE score IS NOT NULL AND responded_on IS NOT NULL AND (customer_id IS NULL OR g IS NOT NULL) GROUP BY 1, 2;

CREATE TEMP TABLE deal AS
SELECT mi(closed_on) AS m, coalesce(g, (SELECT g FROM dims WHERE channel IS NULL)) AS g, outcome = 'won' AS won,
  CASE WHEN outcome = 'won' AND currency = 'TWD' THEN amount END AS amount,
  CASE WHEN outcome = 'won' THEN epoch(closed_at) - epoch(coalesce(first_contact_at, l.created_at, o.created_at)) END AS cycle
FROM main.opportunity o LEFT JOIN (SELECT lead_id, created_at FROM main.lead) l USING (lead_id)
LEFT JOIN person p ON p.customer_id = o.customer_id
WHERE closed_on IS NOT NULL AND outcome IN ('won', 'lost') AND (o.customer_id IS NULL OR g IS NOT NULL);
CREATE TEMP TABLE closed AS
SELECT m, v, count(*) FILTER (won) AS won, count(*) AS closed, sum(amount) AS amount, count(amount) AS priced,
  quantile_cont(cycle, .5) / 86400 AS cycle_median, avg(cycle) / 86400 AS cycle_mean
FROM deal JOIN dm USING (g) GROUP BY m, v;

CREATE TEMP TABLE prospect AS
SELECT mi(created_on) AS m, coalesce(g, (SELECT g FROM dims WHERE channel IS NULL)) AS g, count(*) AS leads,
  count(*) FILTER (mi(converted_on) <= mi(created_on)) AS by_end,
  count(*) FILTER (created_on + 90 <= DATE '2025-07-01') AS mature,
  count(*) FILTER (created_on + 90 <= DATE '2025-07-01' AND converted_on < created_on + 90) AS matured
FROM main.lead LEFT JOIN person USING (customer_id) WHERE customer_id IS NULL OR g IS NOT NULL GROUP BY 1, 2;

-- Everything that adds up, by month and combination, then by month and slice, then along the months.
CREATE TEMP TABLE cube AS
WITH k AS (
  SELECT * FROM sold
  UNION ALL BY NAME SELECT m, g, count(*) AS buyers, count(*) FILTER (again) AS repeat_buyers, count(*) AS active FROM cell GROUP BY m, g
  UNION ALL BY NAME SELECT m, g, count(*) AS active FROM contract ANTI JOIN cell USING (i, m) GROUP BY m, g
  UNION ALL BY NAME SELECT * FROM starts
  UNION ALL BY NAME SELECT * FROM ends
  UNION ALL BY NAME SELECT * FROM year_change WHERE m < 60
  UNION ALL BY NAME SELECT m, g, count(*) FILTER (complaint) AS complaints FROM opened GROUP BY m, g
  UNION ALL BY NAME SELECT * FROM complainer
  UNION ALL BY NAME SELECT * FROM answer
  UNION ALL BY NAME SELECT * FROM prospect),
s AS (
  SELECT m, v, min(l0) AS l0, max(l1) AS l1, min(h0) AS h0, max(h1) AS h1, sum(COLUMNS(c -> c NOT IN ('m', 'g', 'v', 'l0', 'l1', 'h0', 'h1')))
  FROM k JOIN dm USING (g) GROUP BY m, v),
grid AS (
  SELECT r.m::UTINYINT AS m, v, dn((DATE '2020-07-01' + to_months((r.m + 1)::INTEGER))::DATE) AS e FROM range(60) r(m), slice)
SELECT grid.m, grid.v, grid.e, l0, l1, h0, h1,
  coalesce(COLUMNS(s.* EXCLUDE (m, v, l0, l1, h0, h1)), 0)
FROM grid LEFT JOIN s ON s.m = grid.m AND s.v = grid.v;

CREATE TEMP TABLE expert AS
WITH run AS (
  SELECT *, sum(started - ended) OVER w AS at_end, sum(started - ended) OVER w * e - sum(start_days - end_days) OVER w AS days_so_far,
    sum(at_year_start) OVER w AS year_start, sum(kept_year) OVER w AS year_kept, m >= 11 AS known
  FROM cube WINDOW w AS (PARTITION BY v ORDER BY m)),
r AS (
  SELECT *, lag(at_end, 1, 0) OVER w AS at_start, (days_so_far - lag(days_so_far, 1, 0) OVER w) / 365.25 AS years,
    nullif(greatest(lag(revenue) OVER w, 0), 0)::DOUBLE AS revenue_before, nullif(greatest(lag(revenue, 12) OVER w, 0), 0)::DOUBLE AS revenue_year
  FROM run WINDOW w AS (PARTITION BY v ORDER BY m)),
p AS (
  SELECT *, at_start + entering AS exposed, at_start - lost AS kept, sale_amount::DOUBLE / nullif(sales, 0) AS order_value,
    purchases / nullif(years, 0) AS frequency, refunded::DOUBLE / nullif(sale_amount, 0)::DOUBLE AS refund_rate,
    CASE WHEN known THEN year_start / nullif(year_start - year_kept, 0) END AS lifetime,
    1 - cost::DOUBLE / nullif(costed, 0)::DOUBLE AS margin, CASE WHEN known THEN lost / nullif(at_start, 0) END AS churn
  FROM r),
sp AS (SELECT mi(spent_on) AS m, sum(amount)::DOUBLE AS spent FROM main.spend WHERE currency = 'TWD' GROUP BY 1)
SELECT (DATE '2020-07-01' + to_months(p.m::INTEGER))::DATE AS month, dim, val,
  at_end AS "customers.end", at_start AS "customers.start", new AS "customers.new", CASE WHEN known THEN started - new END AS "customers.returned",
  CASE WHEN known THEN ended END AS "customers.ended", CASE WHEN known THEN lost END AS "customers.lost", CASE WHEN known THEN kept END AS "customers.kept",
  active AS active_customers,
  new / nullif(at_end, 0) AS "acquisition_rate.end", new / nullif(at_start, 0) AS "acquisition_rate.start",
  new / nullif(exposed, 0) AS "acquisition_rate.exposed",
  CASE WHEN known THEN kept / nullif(at_start, 0) END AS "retention_rate.cohort",
  CASE WHEN known THEN (at_end - new) / nullif(at_start, 0) END AS "retention_rate.net",
  CASE WHEN known THEN active / nullif(exposed, 0) END AS "retention_rate.active",
  churn AS "churn_rate.cohort", CASE WHEN known THEN gone / nullif(exposed, 0) END AS "churn_rate.exposed",
  1 - (1 - churn) ** 12 AS "churn_rate.annualised", repeat_buyers / nullif(buyers, 0) AS repeat_purchase_rate,
  revenue::DOUBLE AS revenue, purchases AS orders, refund_rate, order_value AS average_order_value, frequency AS purchase_frequency,
  revenue::DOUBLE / nullif(active, 0) AS revenue_per_customer,
  revenue::DOUBLE / revenue_before - 1 AS "sales_growth.previous", revenue::DOUBLE / revenue_year - 1 AS "sales_growth.year",
  order_value * frequency * (1 - refund_rate) * lifetime AS "clv.revenue",
  order_value * frequency * (1 - refund_rate) * lifetime * margin AS "clv.profit",
  CASE WHEN dim = 'total' THEN coalesce(spent, 0) / nullif(new, 0) END AS cac,
  CASE WHEN l0 = l1 AND h0 = h1 THEN csat_sum / nullif(csat_n, 0) END AS "csat.mean", top / nullif(wide, 0) AS "csat.top2",
  100 * (promoters - detractors) / nullif(nps_n, 0) AS nps,
  complaints / nullif(at_end, 0) AS complaint_rate, complaining / nullif(exposed, 0) AS complaining_customers_rate,
  response.median AS "first_response_hours.median", response.p90 AS "first_response_hours.p90", response.mean AS "first_response_hours.mean",
  resolution.median AS "resolution_hours.median", resolution.mean AS "resolution_hours.mean", resolution.p90 AS "resolution_hours.p90",
  handle AS "handle_minutes.mean", coalesce(closed.amount, 0)::DOUBLE AS won_value, coalesce(won, 0) AS deals_won,
  coalesce(closed - won, 0) AS deals_lost, won / closed AS win_rate, cycle_median AS "sales_cycle_days.median",
  cycle_mean AS "sales_cycle_days.mean", closed.amount::DOUBLE / nullif(priced, 0) AS average_deal_value,
  by_end / nullif(leads, 0) AS "lead_conversion.by_end", matured / nullif(mature, 0) AS "lead_conversion.matured"
FROM p JOIN slice USING (v) LEFT JOIN response ON response.m = p.m AND response.v = p.v
LEFT JOIN resolution ON resolution.m = p.m AND resolution.v = p.v LEFT JOIN closed ON closed.m = p.m AND closed.v = p.v
LEFT JOIN sp ON sp.m = p.m;
