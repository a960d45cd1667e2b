-- The intervals that cost something, by hand: those of sums over customers, by the delta method clustered by customer
-- (shares, means and scores have closed forms of numbers that expert.sql has already). Runs after expert.sql.
-- What each customer spent in each month.
CREATE TEMP TABLE spent AS
SELECT i, g, m, (count(*) FILTER (is_sale AND is_purchase))::DOUBLE AS p,
  (count(amount) FILTER (is_sale AND is_purchase))::DOUBLE AS n,
  coalesce(sum(amount) FILTER (is_sale AND is_purchase), 0)::DOUBLE AS s,
  -coalesce(sum(amount) FILTER (NOT is_sale AND is_purchase), 0)::DOUBLE AS r, coalesce(sum(amount), 0)::DOUBLE AS t
FROM ledger GROUP BY i, g, m;

-- What each customer was in each month: years of being one (y), and of the 365 days to its end: at their start (a), lost (l).
CREATE TEMP TABLE month AS
SELECT m::UTINYINT AS m, (DATE '2020-07-01' + to_months(m::INTEGER))::DATE AS b,
  (DATE '2020-07-01' + to_months(m::INTEGER + 1))::DATE AS e FROM range(60) r(m);
CREATE TEMP TABLE being AS
WITH x AS (
  SELECT i, g, started_on, coalesce(ended_on, DATE '9999-01-01') AS ended_on,
    unnest(range(sm::INTEGER, least(60, coalesce(mi(ended_on + 365)::INTEGER, 60))))::UTINYINT AS m FROM stay),
y AS (
  SELECT i, g, m, greatest(0, least(ended_on, e) - greatest(started_on, b)) / 365.25 AS y,
    (started_on + 365 < e AND ended_on >= e - 365)::TINYINT AS a, (ended_on >= e)::TINYINT AS z FROM x JOIN month USING (m)),
several AS (SELECT i FROM again)
SELECT i, g, m, y, a::DOUBLE AS a, (a * (1 - z))::DOUBLE AS l FROM y WHERE i NOT IN (FROM several)
UNION ALL
SELECT i, g, m, sum(y), max(a), max(a) * (1 - max(z)) FROM y WHERE i IN (FROM several) GROUP BY i, g, m;

CREATE TEMP TABLE product AS
SELECT coalesce(s.m, b.m) AS m, coalesce(s.g, b.g) AS g, sum(p * p) AS pp,
  sum(n * n) AS nn, sum(n * s) AS ns, sum(s * s) AS ss, sum(s * r) AS sr, sum(r * r) AS rr,
  sum(p * y) AS py, sum(s * y) AS sy, sum(r * y) AS ry, sum(s * a) AS sa,
  sum(r * a) AS ra, sum(s * l) AS sl, sum(r * l) AS rl, sum(y * y) AS yy, sum(y * a) AS ya,
  sum(y * l) AS yl, sum(a) AS aa, sum(l) AS ll
FROM being b FULL JOIN spent s ON s.i = b.i AND s.m = b.m GROUP BY 1, 2;
CREATE TEMP TABLE paid AS
SELECT s.m, s.g, sum(t * t) AS tt, sum(t) FILTER (p > 0 OR c.i IS NOT NULL) AS t_active,
FROM spent s LEFT JOIN contract c ON c.i = s.i AND c.m = s.m GROUP BY s.m, s.g;
CREATE TEMP TABLE followed AS
SELECT n.m, n.g, 1 AS back, sum(n.t * b.t) AS tb FROM spent n JOIN spent b ON b.i = n.i AND b.m + 1 = n.m GROUP BY n.m, n.g
UNION ALL
SELECT n.m, n.g, 12, sum(n.t * b.t) FROM spent n JOIN spent b ON b.i = n.i AND b.m + 12 = n.m GROUP BY n.m, n.g;

CREATE TEMP TABLE expert_interval AS
WITH k AS (
  SELECT * FROM product UNION ALL BY NAME SELECT * FROM paid
  UNION ALL BY NAME SELECT m, g, tb AS tb1 FROM followed WHERE back = 1
  UNION ALL BY NAME SELECT m, g, tb AS tb12 FROM followed WHERE back = 12),
q AS (SELECT m, v, coalesce(sum(COLUMNS(c -> c NOT IN ('m', 'g', 'v'))), 0) FROM k JOIN dm USING (g) GROUP BY m, v),
f AS (
  SELECT cube.*, q.* EXCLUDE (m, v), revenue::DOUBLE AS t, sale_amount::DOUBLE AS s, refunded::DOUBLE AS r, m >= 11 AS known,
    sum(started - ended) OVER w - started + ended + entering AS exposed, sum(at_year_start) OVER w AS a,
    sum(at_year_start - kept_year) OVER w AS l, sum(started - ended) OVER w * e - sum(start_days - end_days) OVER w AS so_far
  FROM cube LEFT JOIN q USING (m, v) WINDOW w AS (PARTITION BY v ORDER BY m)),
h AS (
  SELECT *, (so_far - lag(so_far, 1, 0) OVER w) / 365.25 AS y, lag(t) OVER w AS t1, lag(tt) OVER w AS tt1, lag(t, 12) OVER w AS t12,
    lag(tt, 12) OVER w AS tt12 FROM f WINDOW w AS (PARTITION BY v ORDER BY m)),
-- clv.revenue: purchases per sale with an amount is a number taken as known.
c AS (SELECT *, (s - r) / sales * purchases / y * a / l AS clv FROM h WHERE sales > 0 AND y > 0),
d AS (
  SELECT m, v, purchases / sales * a / l / y AS gs, -clv / y AS gy, clv / a AS ga, -clv / l AS gl,
    gs * gs * (ss - 2 * sr + rr) + gy * gy * yy + ga * ga * aa + gl * gl * ll
    + 2 * (gs * gy * (sy - ry) + gs * ga * (sa - ra) + gs * gl * (sl - rl) + gy * ga * ya + gy * gl * yl + ga * gl * ll) AS spread
  FROM c WHERE known AND l > 0)
SELECT (DATE '2020-07-01' + to_months(h.m::INTEGER))::DATE AS month, dim, val,
  nullif(sqrt(greatest((ss - 2 * s / sales * ns + (s / sales) ** 2 * nn) * buyers / (buyers - 1), 0)) / sales, 0) AS average_order_value,
  nullif(sqrt(greatest((rr - 2 * r / s * sr + (r / s) ** 2 * ss) * buyers / (buyers - 1), 0)) / s, 0) AS refund_rate,
  nullif(sqrt(greatest((pp - 2 * purchases / y * py + (purchases / y) ** 2 * yy) * exposed / (exposed - 1), 0)) / y, 0) AS purchase_frequency,
  nullif(sqrt(greatest((tt - 2 * t / active * t_active + (t / active) ** 2 * active) * active / (active - 1), 0)) / active, 0) AS revenue_per_customer,
  nullif(sqrt(greatest((tt - 2 * t / t1 * tb1 + (t / t1) ** 2 * tt1) * buyers / (buyers - 1), 0)) / t1, 0) AS "sales_growth.previous",
  nullif(sqrt(greatest((tt - 2 * t / t12 * tb12 + (t / t12) ** 2 * tt12) * buyers / (buyers - 1), 0)) / t12, 0) AS "sales_growth.year",
  nullif(sqrt(greatest(d.spread * exposed / (exposed - 1), 0)), 0) AS "clv.revenue"
FROM h JOIN slice USING (v) LEFT JOIN d ON d.m = h.m AND d.v = h.v
WHERE buyers > 1 AND s > 0 AND y > 0 AND exposed > 1 AND active > 1;
