-- Average deal value: the mean amount of the opportunities won in [$start, $end) whose amount is known in the
-- workspace currency.
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
rated AS (  -- the rate of each deal's day, the latest of the seven days before; NULL where there is none
  SELECT opportunity_id, CASE WHEN o.currency = $currency THEN 1 ELSE (
    SELECT q.rate FROM quoted AS q
    WHERE q.currency = o.currency AND q."on" <= o.closed_on AND q."on" >= o.closed_on - 7
    ORDER BY q."on" DESC, preference LIMIT 1
  ) END AS rate
  FROM main.opportunity AS o
),
closed AS (  -- opportunities decided in the period; those of deleted customers are out
  SELECT o.outcome, round(o.amount * r.rate, 4) AS amount FROM main.opportunity AS o JOIN rated AS r USING (opportunity_id)
  WHERE o.closed_on >= $start AND o.closed_on < $end AND o.outcome IN ('won', 'lost')
    AND (o.customer_id IS NULL OR o.customer_id IN (SELECT customer_id FROM person))
)
SELECT sum(amount) / nullif(count(amount), 0)::DOUBLE AS "value" FROM closed
WHERE outcome = 'won'
