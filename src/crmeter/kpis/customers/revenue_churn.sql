-- Revenue churn over [$start, $end): of the monthly amount at $start, the part of customers who are lost by $end. Rates
-- of $start. Undefined while the history is too short.
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
who AS (  -- one row per customer
  SELECT customer_id,
    bool_or(started_on < $start AND (ended_on IS NULL OR ended_on >= $start)) AS at_start,
    bool_or(started_on < $end AND (ended_on IS NULL OR ended_on >= $end)) AS at_end
  FROM spell GROUP BY customer_id
),
history AS (  -- purchase customers can be seen to leave only from seen_from on; NULL: there are none
  SELECT min(ordered_on) + $inactivity_days AS seen_from,
    coalesce($end >= min(ordered_on) + $inactivity_days, true) AS long_enough
  FROM main."order" WHERE kind = 'sale' AND subscription_id IS NULL AND ordered_on < $as_of
),
quoted AS (  -- rates into the workspace currency, those given the other way round turned; its own is 1
  SELECT from_currency AS currency, "on", rate, 1 AS preference FROM main.fx_rate
  WHERE to_currency = $currency AND from_currency <> $currency AND rate > 0
  UNION ALL
  SELECT to_currency, "on", 1 / rate, 2 FROM main.fx_rate
  WHERE from_currency = $currency AND to_currency <> $currency AND rate > 0
),
monthly AS (  -- what runs at $start, by customer
  SELECT p.survivor AS customer_id, round(s.monthly_amount * CASE WHEN s.currency = $currency THEN 1 ELSE (  -- the latest of the seven days before
      SELECT q.rate FROM quoted AS q WHERE q.currency = s.currency AND q."on" <= $start AND q."on" >= $start - 7
      ORDER BY q."on" DESC, q.preference LIMIT 1
    ) END, 4) AS amount
  FROM main.subscription AS s JOIN person AS p ON p.customer_id = s.customer_id
  WHERE s.started_on < $start AND (s.ended_on IS NULL OR s.ended_on >= $start)
),
total AS (
  SELECT sum(amount) AS whole, coalesce(sum(amount) FILTER (at_start AND NOT at_end), 0) AS lost
  FROM monthly LEFT JOIN who USING (customer_id)
)
SELECT CASE WHEN long_enough AND whole > 0 THEN lost / whole::DOUBLE END AS "value" FROM total, history
