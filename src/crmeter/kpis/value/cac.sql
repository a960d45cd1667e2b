-- Customer acquisition cost: all spend of [$start, $end) in the workspace currency per new customer. 0 in a period
-- in which nothing was spent.
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
),
moves AS (
  SELECT count(*) FILTER (started_on >= $start AND started_on < $end AND number = 1) AS new_customers FROM spell
),
quoted AS (  -- rates into the workspace currency, those given the other way round turned; its own is 1
  SELECT from_currency AS currency, "on", rate, 1 AS preference FROM main.fx_rate
  WHERE to_currency = $currency AND from_currency <> $currency AND rate > 0
  UNION ALL
  SELECT to_currency, "on", 1 / rate, 2 FROM main.fx_rate
  WHERE from_currency = $currency AND to_currency <> $currency AND rate > 0
),
rated AS (  -- the rate of each entry's day, the latest of the seven days before; NULL where there is none
  SELECT spend_id, CASE WHEN o.currency = $currency THEN 1 ELSE (
    SELECT q.rate FROM quoted AS q
    WHERE q.currency = o.currency AND q."on" <= o.spent_on AND q."on" >= o.spent_on - 7
    ORDER BY q."on" DESC, preference LIMIT 1
  ) END AS rate
  FROM main.spend AS o
),
spent AS (
  SELECT coalesce(sum(round(s.amount * r.rate, 4)), 0) AS amount FROM main.spend AS s JOIN rated AS r USING (spend_id)
  WHERE spent_on >= $start AND spent_on < $end
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(spent_on) < $end AND max(spent_on) >= $start, false) AS present
  FROM main.spend
)
SELECT CASE WHEN present THEN amount / nullif(new_customers, 0)::DOUBLE END AS "value" FROM spent, moves, known
