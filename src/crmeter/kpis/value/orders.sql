-- Orders: the number of sales in [$start, $end): refunds and subscription invoices are none. No amount is counted,
-- so a sale in another currency is one too.
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
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(ordered_on) < $end AND max(ordered_on) >= $start, false) AS present
  FROM main."order" WHERE customer_id IN (SELECT customer_id FROM person)
)
SELECT CASE WHEN any_value(present) THEN count(customer_id) END AS "value"
FROM known LEFT JOIN sale ON ordered_on >= $start AND ordered_on < $end
