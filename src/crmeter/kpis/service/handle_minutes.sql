-- Mean handling time in minutes of the cases resolved in [$start, $end) for which it was recorded.
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
)
SELECT avg(c.handle_minutes) AS "mean" FROM main."case" AS c
WHERE c.resolved_on >= $start AND c.resolved_on < $end
    AND (c.customer_id IS NULL OR c.customer_id IN (SELECT customer_id FROM person))
