-- Customer lifetime value: average order value x purchase frequency x (1 - refund rate) over [$start, $end) x
-- lifetime in years; profit: times the gross margin of the sales whose cost is known. Lifetime is 1 /
-- churn_rate.cohort over the 365 days to $end, undefined at zero churn and while the history is too short. Discounted:
-- revenue per customer-year x gross margin x the sum of (retention / (1 + $discount_rate)) ^ t for the years t from 0 to
-- $horizon_years - 1, retention being 1 - that churn. Historical: revenue of all orders before $end, per customer.
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
rated AS (  -- the rate of each order's day, the latest of the seven days before; NULL where there is none
  SELECT order_id, CASE WHEN o.currency = $currency THEN 1 ELSE (
    SELECT q.rate FROM quoted AS q
    WHERE q.currency = o.currency AND q."on" <= o.ordered_on AND q."on" >= o.ordered_on - 7
    ORDER BY q."on" DESC, preference LIMIT 1
  ) END AS rate
  FROM main."order" AS o
),
sale AS (  -- orders of kind sale that do not only invoice a subscription
  SELECT p.survivor AS customer_id, o.ordered_on, round(o.amount * r.rate, 4) AS amount,
    round(o.cost * r.rate, 4) AS cost
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id JOIN rated AS r ON r.order_id = o.order_id
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
paid AS (  -- every order, refund and invoice that has a rate, in the workspace currency
  SELECT p.survivor AS customer_id, o.ordered_on, round(o.amount * r.rate, 4) AS amount,
    round(o.cost * r.rate, 4) AS cost, o.kind, o.subscription_id
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id JOIN rated AS r ON r.order_id = o.order_id
  WHERE r.rate IS NOT NULL AND o.ordered_on < $as_of
),
who AS (  -- one row per customer
  SELECT customer_id,
    bool_or(started_on < $end - 365 AND (ended_on IS NULL OR ended_on >= $end - 365)) AS at_start,
    bool_or(started_on < $end AND (ended_on IS NULL OR ended_on >= $end)) AS at_end,
    bool_or(started_on >= $end - 365 AND started_on < $end) AS began,
    bool_or(ended_on IS NOT NULL AND ended_on >= $end - 365 AND ended_on < $end) AS stopped
  FROM spell GROUP BY customer_id
),
history AS (  -- purchase customers can be seen to leave only from seen_from on; NULL: there are none
  SELECT min(ordered_on) + $inactivity_days AS seen_from,
    coalesce($end >= min(ordered_on) + $inactivity_days, true) AS long_enough
  FROM main."order" WHERE kind = 'sale' AND subscription_id IS NULL AND ordered_on < $as_of
),
lifetime AS (
  SELECT CASE WHEN long_enough THEN
      count(*) FILTER (at_start) / nullif(count(*) FILTER (at_start AND NOT at_end), 0)::DOUBLE
    END AS years
  FROM who, history GROUP BY long_enough
),
years AS (  -- days of spells inside the period, in years of 365.25 days
  SELECT sum(least(coalesce(ended_on, $end), $end) - greatest(started_on, $start)) / 365.25::DOUBLE AS customer_years
  FROM spell WHERE started_on < $end AND (ended_on IS NULL OR ended_on > $start)
),
bought AS (SELECT count(*) AS sales FROM sale WHERE ordered_on >= $start AND ordered_on < $end),
priced AS (  -- the sales whose amount counts, those that have a rate
  SELECT sum(amount) / nullif(count(*), 0)::DOUBLE AS order_value,
    1 - sum(cost) / nullif(sum(amount) FILTER (cost IS NOT NULL), 0)::DOUBLE AS gross_margin
  FROM sale WHERE ordered_on >= $start AND ordered_on < $end AND amount IS NOT NULL
),
refunded AS (
  SELECT -coalesce(sum(amount) FILTER (kind = 'refund'), 0)
      / nullif(sum(amount) FILTER (kind = 'sale'), 0)::DOUBLE AS share
  FROM paid WHERE ordered_on >= $start AND ordered_on < $end AND subscription_id IS NULL
),
worth AS (
  SELECT order_value * (sales / nullif(customer_years, 0)::DOUBLE) * (1 - share) * lifetime.years AS revenue,
    gross_margin
  FROM bought, priced, refunded, years LEFT JOIN lifetime ON true
),
yearly AS (
  SELECT sum(amount) / (SELECT nullif(customer_years, 0) FROM years) AS revenue
  FROM paid WHERE ordered_on >= $start AND ordered_on < $end
),
staying AS (
  SELECT 1 - count(*) FILTER (at_start AND NOT at_end) / nullif(count(*) FILTER (at_start), 0)::DOUBLE AS share FROM who
),
discounted AS (
  SELECT sum(pow(share / (1 + $discount_rate), t)) AS factor FROM staying, range($horizon_years) AS ahead(t)
),
so_far AS (SELECT customer_id, sum(amount) AS revenue FROM paid WHERE ordered_on < $end GROUP BY customer_id),
placed AS (
  SELECT revenue, row_number() OVER (ORDER BY revenue DESC) AS place, count(*) OVER () AS customers FROM so_far
),
historical AS (
  SELECT avg(revenue::DOUBLE) AS mean, quantile_cont(revenue::DOUBLE, 0.5) AS median,
    sum(revenue) FILTER (place <= ceil(customers * 0.1)) / nullif(greatest(sum(revenue), 0), 0)::DOUBLE AS top_decile
  FROM placed
)
SELECT worth.revenue AS "revenue", worth.revenue * gross_margin AS "profit",
  CASE WHEN long_enough THEN yearly.revenue * gross_margin * factor END AS "discounted",
  mean AS "historical_mean", median AS "historical_median", top_decile AS "historical_top_decile_share"
FROM worth, yearly, discounted, historical, history
