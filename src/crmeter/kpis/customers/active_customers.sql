-- Active customers: those with a sale in [$start, $end) and those with a subscription running at $end, each once.
-- A foreign currency does not matter: no amount is counted.
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
sale AS (  -- orders of kind sale that do not only invoice a subscription
  SELECT p.survivor AS customer_id, o.ordered_on, o.amount, o.cost, o.currency
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id
  WHERE o.kind = 'sale' AND o.subscription_id IS NULL AND o.ordered_on < $as_of
),
contract AS (  -- subscriptions that have begun; one that ends on the day it starts covers no day
  SELECT p.survivor AS customer_id, s.started_on, s.ended_on
  FROM main.subscription AS s JOIN person AS p ON p.customer_id = s.customer_id
  WHERE s.started_on < $as_of AND (s.ended_on IS NULL OR s.ended_on > s.started_on)
),
active AS (  -- bought in the period, or has a subscription running at its end
  SELECT customer_id FROM sale WHERE ordered_on >= $start AND ordered_on < $end
  UNION
  SELECT customer_id FROM contract WHERE started_on < $end AND (ended_on IS NULL OR ended_on >= $end)
),
known AS (  -- before the first order or contract nothing is known: undefined, not 0
  SELECT coalesce(min(day) < $end, false) AS present
  FROM (SELECT ordered_on AS day FROM main."order" WHERE customer_id IN (SELECT customer_id FROM person)
    UNION ALL SELECT started_on FROM contract)
)
SELECT CASE WHEN present THEN count(active.customer_id) END AS "value"
FROM known LEFT JOIN active ON true GROUP BY present
