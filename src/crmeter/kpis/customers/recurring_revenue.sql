-- Recurring revenue: the monthly amount of the subscriptions that run at $end, at the rate of $end.
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
running AS (
  SELECT round(s.monthly_amount * CASE WHEN s.currency = $currency THEN 1 ELSE (  -- the latest of the seven days before
      SELECT q.rate FROM quoted AS q WHERE q.currency = s.currency AND q."on" <= $end AND q."on" >= $end - 7
      ORDER BY q."on" DESC, q.preference LIMIT 1
    ) END, 4) AS amount
  FROM main.subscription AS s JOIN person AS p ON p.customer_id = s.customer_id
  WHERE s.started_on < $end AND (s.ended_on IS NULL OR s.ended_on >= $end)
),
known AS (  -- before the first contract nothing is known: undefined, not 0
  SELECT coalesce(min(s.started_on) < $end, false) AS present
  FROM main.subscription AS s JOIN person AS p ON p.customer_id = s.customer_id
)
SELECT CASE WHEN present THEN coalesce((SELECT sum(amount) FROM running), 0) END AS "value" FROM known
