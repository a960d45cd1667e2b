-- Revenue of [$start, $end) per active customer. A customer whose orders are all in another currency is active all
-- the same.
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
paid AS (  -- every order, refund and invoice in the workspace currency
  SELECT p.survivor AS customer_id, o.ordered_on, o.amount, o.cost, o.kind, o.subscription_id
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id
  WHERE o.currency = $currency AND o.ordered_on < $as_of
),
earned AS (
  SELECT coalesce(sum(amount), 0) AS revenue FROM paid WHERE ordered_on >= $start AND ordered_on < $end
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(ordered_on) < $end AND max(ordered_on) >= $start, false) AS present
  FROM main."order" WHERE customer_id IN (SELECT customer_id FROM person)
)
SELECT CASE WHEN present THEN revenue / nullif(heads, 0)::DOUBLE END AS "value"
FROM earned, known, (SELECT count(*) AS heads FROM active)
