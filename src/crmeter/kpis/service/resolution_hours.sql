-- Hours from opening to resolution, cases resolved in [$start, $end), whenever they were opened. Quantiles of type
-- 7.
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
solved AS (
  SELECT date_diff('microsecond', c.opened_at, c.resolved_at) / 3600e6 AS hours FROM main."case" AS c
  WHERE c.resolved_on >= $start AND c.resolved_on < $end
    AND (c.customer_id IS NULL OR c.customer_id IN (SELECT customer_id FROM person))
),
ranked AS (
  SELECT hours, row_number() OVER (ORDER BY hours NULLS LAST) - 1 AS place, count(*) OVER () AS n FROM solved
)
SELECT
  (max(hours) FILTER (place = (n - 1) // 2) + max(hours) FILTER (place = n // 2)) / 2 AS "median",
  avg(hours) AS "mean",
  CASE WHEN max(n) > 0 THEN
    max(hours) FILTER (place = (n - 1) * 9 // 10)
    + max(((n - 1) * 9 % 10) / 10.0)
      * (max(hours) FILTER (place = ((n - 1) * 9 + 10 - 1) // 10) - max(hours) FILTER (place = (n - 1) * 9 // 10))
  END AS "p90"
FROM ranked
