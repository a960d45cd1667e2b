-- Pipeline velocity: opportunities open at $end × win rate × mean amount of a deal won / mean days from first contact
-- to winning, the last three of the opportunities closed in [$start, $end).
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
deal AS (  -- since when each opportunity is there; one without any day is only known to be there at $as_of
  SELECT amount, currency, outcome, closed_on, coalesce(created_on, first_contact_on, $as_of - 1) AS since
  FROM main.opportunity
  WHERE (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
),
ever_open AS (SELECT * FROM deal WHERE closed_on IS NOT NULL OR outcome IS NULL),
open_at_end AS (SELECT * FROM ever_open WHERE since < $end AND (closed_on IS NULL OR closed_on >= $end)),
closed AS (
  SELECT
    o.outcome,
    round(o.amount * CASE WHEN o.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = o.currency AND q."on" <= o.closed_on AND q."on" >= o.closed_on - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END, 4) AS amount,
    date_diff('microsecond', coalesce(o.first_contact_at, l.created_at, o.created_at), o.closed_at) / 86400e6 AS days
  FROM main.opportunity AS o LEFT JOIN main.lead AS l ON l.lead_id = o.lead_id
  WHERE o.closed_on >= $start AND o.closed_on < $end AND o.outcome IN ('won', 'lost')
    AND (o.customer_id IS NULL OR o.customer_id IN (SELECT customer_id FROM person))
)
SELECT CASE WHEN (SELECT min(since) FROM ever_open) < $end  -- before the first opportunity nothing is known
  THEN (SELECT count(*) FROM open_at_end) * count(*) FILTER (outcome = 'won') / nullif(count(*), 0)::DOUBLE
    * avg(amount) FILTER (outcome = 'won') / nullif(avg(days) FILTER (outcome = 'won'), 0) END AS "value"
FROM closed
