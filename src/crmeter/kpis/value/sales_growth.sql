-- Sales growth: revenue of [$start, $end) against the period of the same length right before it (in months where
-- both bounds are firsts of months, else in days) and against the same dates a year before. Undefined where the
-- base earned nothing or less: there is no rate of growth from zero or from a loss.
WITH RECURSIVE
chain AS (  -- follow merges to the end: a merged customer counts as its survivor, through any number of merges
  SELECT customer_id, customer_id AS survivor FROM main.customer
  UNION
  SELECT chain.customer_id, c.merged_into
  FROM chain JOIN main.customer AS c ON c.customer_id = chain.survivor
  WHERE c.merged_into <> c.customer_id
),
person AS (  -- customer_id → survivor; deleted survivors are out (a duplicate removed by a merge is not "deleted")
  SELECT chain.customer_id, chain.survivor
  FROM chain LEFT JOIN main.customer AS s ON s.customer_id = chain.survivor
  WHERE coalesce(s.merged_into, s.customer_id) IS NOT DISTINCT FROM s.customer_id AND s.deleted_at IS NULL
),
quoted AS (  -- rates into the workspace currency, those given the other way round turned; its own is 1
  SELECT from_currency AS currency, "on", rate, 1 AS preference FROM main.fx_rate
  WHERE to_currency = $currency AND from_currency <> $currency AND rate > 0
  UNION ALL
  SELECT to_currency, "on", 1 / rate, 2 FROM main.fx_rate
  WHERE from_currency = $currency AND to_currency <> $currency AND rate > 0
),
rated AS (  -- the rate of each order's day, the latest of the seven days before; NULL where there is none
  SELECT order_id, CASE WHEN o.currency = $currency THEN 1 ELSE (
    SELECT q.rate FROM quoted AS q
    WHERE q.currency = o.currency AND q."on" <= o.ordered_on AND q."on" >= o.ordered_on - 7
    ORDER BY q."on" DESC, preference LIMIT 1
  ) END AS rate
  FROM main."order" AS o
),
paid AS (  -- every order, refund and invoice that has a rate, in the workspace currency
  SELECT p.survivor AS customer_id, o.ordered_on, round(o.amount * r.rate, 4) AS amount,
    round(o.cost * r.rate, 4) AS cost, o.kind, o.subscription_id
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id JOIN rated AS r ON r.order_id = o.order_id
  WHERE r.rate IS NOT NULL AND o.ordered_on < $as_of
),
step AS (  -- how far the period before lies back
  SELECT CASE
    WHEN day($start) = 1 AND day($end) = 1 THEN to_months(datediff('month', $start, $end)::INTEGER)
    ELSE to_days(($end - $start)::INTEGER)
  END AS back
),
base AS (
  SELECT 'now' AS base, $start AS s, $end AS e
  UNION ALL
  SELECT 'previous', ($start - back)::DATE, $start FROM step
  UNION ALL
  SELECT 'year', ($start - INTERVAL 1 YEAR)::DATE, ($end - INTERVAL 1 YEAR)::DATE
),
earned AS (
  SELECT base, coalesce(sum(amount), 0)::DOUBLE AS revenue
  FROM base LEFT JOIN paid ON ordered_on >= s AND ordered_on < e GROUP BY base
),
side AS (
  SELECT max(revenue) FILTER (base = 'now') AS revenue_now,
    max(revenue) FILTER (base = 'previous' AND revenue > 0) AS revenue_previous,
    max(revenue) FILTER (base = 'year' AND revenue > 0) AS revenue_year
  FROM earned
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(ordered_on) < $end AND max(ordered_on) >= $start, false) AS present
  FROM main."order" WHERE customer_id IN (SELECT customer_id FROM person)
)
SELECT
  CASE WHEN present THEN revenue_now / revenue_previous - 1 END AS "previous",
  CASE WHEN present THEN revenue_now / revenue_year - 1 END AS "year"
FROM side, known
