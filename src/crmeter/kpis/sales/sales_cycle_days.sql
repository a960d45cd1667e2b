-- Days from first contact to closing of the opportunities won in [$start, $end), a day being 86,400 seconds. First
-- contact: the opportunity's own, else its lead's creation, else its own creation; deals where none is known are
-- left out.
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
cycle AS (
  SELECT date_diff('microsecond', coalesce(o.first_contact_at, l.created_at, o.created_at), o.closed_at)
      / 86400e6 AS days
  FROM main.opportunity AS o LEFT JOIN main.lead AS l ON l.lead_id = o.lead_id
  WHERE o.closed_on >= $start AND o.closed_on < $end AND o.outcome = 'won'
    AND coalesce(o.first_contact_at, l.created_at, o.created_at) IS NOT NULL
    AND (o.customer_id IS NULL OR o.customer_id IN (SELECT customer_id FROM person))
),
ranked AS (
  SELECT days, row_number() OVER (ORDER BY days NULLS LAST) - 1 AS place, count(*) OVER () AS n FROM cycle
)
SELECT
  (max(days) FILTER (place = (n - 1) // 2) + max(days) FILTER (place = n // 2)) / 2 AS "median",
  avg(days) AS "mean"
FROM ranked
