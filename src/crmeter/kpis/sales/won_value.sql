-- Won value: the sum of the amounts, in the workspace currency, of the opportunities won in [$start, $end), by
-- closing day. 0 without a win.
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
closed AS (  -- opportunities decided in the period; those of deleted customers are out
  SELECT o.outcome, o.amount, o.currency FROM main.opportunity AS o
  WHERE o.closed_on >= $start AND o.closed_on < $end AND o.outcome IN ('won', 'lost')
    AND (o.customer_id IS NULL OR o.customer_id IN (SELECT customer_id FROM person))
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(closed_on) < $end AND max(closed_on) >= $start, false) AS present
  FROM main.opportunity
  WHERE outcome IS NOT NULL AND (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
)
SELECT CASE WHEN any_value(present) THEN coalesce(sum(amount), 0) END AS "value"
FROM known LEFT JOIN closed ON outcome = 'won' AND currency = $currency
