-- Tenure: mean days since the running spell started, of the customers at $end.
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
stretch AS (  -- covered days [first_day, end_day): a sale covers its day and the $inactivity_days after it
  SELECT customer_id, ordered_on AS first_day, ordered_on + $inactivity_days + 1 AS end_day FROM sale
  UNION ALL
  SELECT customer_id, started_on, coalesce(ended_on, DATE '9999-12-31') FROM contract
),
reach AS (  -- how far the earlier stretches of the customer reach
  SELECT *, max(end_day) OVER (
    PARTITION BY customer_id ORDER BY first_day, end_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS covered_to
  FROM stretch
),
island AS (  -- stretches that touch or overlap share a number
  SELECT *, sum(CASE WHEN first_day <= covered_to THEN 0 ELSE 1 END) OVER (
    PARTITION BY customer_id ORDER BY first_day, end_day ROWS UNBOUNDED PRECEDING
  ) AS number
  FROM reach
),
spell AS (  -- ended_on is the first day not covered; an end on or after $as_of is not known yet
  SELECT customer_id, number, min(first_day) AS started_on,
    CASE WHEN max(end_day) < $as_of THEN max(end_day) END AS ended_on
  FROM island GROUP BY customer_id, number
)
SELECT avg($end - started_on)::DOUBLE AS "value" FROM spell
WHERE started_on < $end AND (ended_on IS NULL OR ended_on >= $end)
