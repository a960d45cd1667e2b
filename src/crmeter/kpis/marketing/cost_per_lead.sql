-- Cost per lead: everything spent in [$start, $end) on marketing and sales per lead created in it.
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
bill AS (  -- spend at the rate of its day, the latest of the seven days before; NULL without one
  SELECT s.spent_on, s.campaign_id, round(s.amount * CASE WHEN s.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = s.currency AND q."on" <= s.spent_on AND q."on" >= s.spent_on - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END, 4) AS amount
  FROM main.spend AS s
),
came AS (
  SELECT created_on FROM main.lead
  WHERE (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT (SELECT coalesce(min(spent_on) < $end AND max(spent_on) >= $start, false) FROM bill)
    AND (SELECT coalesce(min(created_on) < $end AND max(created_on) >= $start, false) FROM came) AS present
)
SELECT CASE WHEN present THEN
    (SELECT coalesce(sum(amount), 0) FROM bill WHERE spent_on >= $start AND spent_on < $end)
      / nullif((SELECT count(*) FROM came WHERE created_on >= $start AND created_on < $end), 0)::DOUBLE
  END AS "value"
FROM known
