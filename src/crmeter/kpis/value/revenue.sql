-- Revenue: the sum of all orders of [$start, $end) in the workspace currency; subscription invoices count, refunds
-- count as negatives on their own day. 0 in a period without orders, undefined if no order was ever loaded.
WITH RECURSIVE
chain AS (  -- follow merges to the end: a merged customer counts as its survivor, through any number of merges
  SELECT customer_id, customer_id AS survivor FROM main.customer
  UNION
  SELECT chain.customer_id, c.merged_into
  FROM chain JOIN main.customer AS c ON c.customer_id = chain.survivor
  WHERE c.merged_into IS NOT NULL
),
person AS (  -- customer_id → survivor; deleted survivors are out (a duplicate removed by a merge is not "deleted")
  SELECT chain.customer_id, chain.survivor
  FROM chain LEFT JOIN main.customer AS s ON s.customer_id = chain.survivor
  WHERE s.merged_into IS NULL AND s.deleted_at IS NULL
),
paid AS (  -- every order, refund and invoice in the workspace currency
  SELECT p.survivor AS customer_id, o.ordered_on, o.amount, o.cost, o.kind, o.subscription_id
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id
  WHERE o.currency = $currency AND o.ordered_on < $as_of
)
SELECT CASE WHEN EXISTS (FROM main."order") THEN coalesce(sum(amount), 0) END AS "value"
FROM paid WHERE ordered_on >= $start AND ordered_on < $end
