-- Net revenue retention over [$start, $end). Where there is any subscription: the monthly amount at $end of those with a
-- subscription at $start ÷ theirs at $start. Else: the revenue in the period of those who were customers at the start of
-- the same period a year before ÷ their revenue then. Rates of $start on both sides.
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
quoted AS (  -- rates into the workspace currency, those given the other way round turned; its own is 1
  SELECT from_currency AS currency, "on", rate, 1 AS preference FROM main.fx_rate
  WHERE to_currency = $currency AND from_currency <> $currency AND rate > 0
  UNION ALL
  SELECT to_currency, "on", 1 / rate, 2 FROM main.fx_rate
  WHERE from_currency = $currency AND to_currency <> $currency AND rate > 0
),
subscribed AS (
  SELECT p.survivor AS customer_id, s.started_on, s.ended_on,
    round(s.monthly_amount * CASE WHEN s.currency = $currency THEN 1 ELSE (  -- the latest of the seven days before
      SELECT q.rate FROM quoted AS q WHERE q.currency = s.currency AND q."on" <= $start AND q."on" >= $start - 7
      ORDER BY q."on" DESC, q.preference LIMIT 1
    ) END, 4) AS amount
  FROM main.subscription AS s JOIN person AS p ON p.customer_id = s.customer_id
),
at_start AS (
  SELECT customer_id, amount FROM subscribed WHERE started_on < $start AND (ended_on IS NULL OR ended_on >= $start)
),
at_end AS (
  SELECT customer_id, amount FROM subscribed
  WHERE started_on < $end AND (ended_on IS NULL OR ended_on >= $end)
    AND customer_id IN (SELECT customer_id FROM at_start)
),
contractual AS (
  SELECT coalesce((SELECT sum(amount) FROM at_end), 0) AS above, (SELECT sum(amount) FROM at_start) AS below
),
before AS (SELECT ($start - INTERVAL 1 YEAR)::DATE AS s, ($end - INTERVAL 1 YEAR)::DATE AS e),
then_customer AS (
  SELECT DISTINCT customer_id FROM spell, before WHERE started_on < s AND (ended_on IS NULL OR ended_on >= s)
),
earned AS (
  SELECT o.ordered_on, round(o.amount * CASE WHEN o.currency = $currency THEN 1 ELSE (  -- the latest of the seven days before
      SELECT q.rate FROM quoted AS q WHERE q.currency = o.currency AND q."on" <= $start AND q."on" >= $start - 7
      ORDER BY q."on" DESC, q.preference LIMIT 1
    ) END, 4) AS amount
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id
  WHERE p.survivor IN (SELECT customer_id FROM then_customer)
),
purchases AS (
  SELECT coalesce(sum(amount) FILTER (ordered_on >= $start AND ordered_on < $end), 0) AS above,
    sum(amount) FILTER (ordered_on >= s AND ordered_on < e) AS below
  FROM before LEFT JOIN earned ON true
)
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM subscribed) THEN (SELECT above / below::DOUBLE FROM contractual WHERE below > 0)
    ELSE (SELECT above / below::DOUBLE FROM purchases WHERE below > 0)
  END AS "value"
