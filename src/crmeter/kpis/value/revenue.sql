-- Revenue: the sum of all orders of [$start, $end) in the workspace currency; subscription invoices count, refunds
-- count as negatives on their own day. 0 in a period without orders.
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
paid AS (  -- every order, refund and invoice in the workspace currency
  SELECT p.survivor AS customer_id, o.ordered_on, o.amount, o.cost, o.kind, o.subscription_id
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id
  WHERE o.currency = $currency AND o.ordered_on < $as_of
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(ordered_on) < $end AND max(ordered_on) >= $start, false) AS present
  FROM main."order" WHERE customer_id IN (SELECT customer_id FROM person)
)
SELECT CASE WHEN any_value(present) THEN coalesce(sum(amount), 0) END AS "value"
FROM known LEFT JOIN paid ON ordered_on >= $start AND ordered_on < $end
