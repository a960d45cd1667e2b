-- Hours from opening to resolution, cases resolved in [$start, $end), whenever they were opened. Quantiles of type
-- 7. For the business variants only the overlap with the business hours of each day counts: $opens to $closes in
-- minutes of the local day, less the break, on days that are worked.
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
stretch AS (  -- the business hours of every day before and after the break, in UTC; none where none are set
  SELECT timezone('UTC', timezone($timezone, day + to_minutes(half.opens))) AS opens_at,
    timezone('UTC', timezone($timezone, day + to_minutes(half.closes))) AS closes_at
  FROM (
    SELECT unnest(generate_series(first, last, INTERVAL 1 DAY)) AS day
    FROM (
      SELECT min(opened_on)::TIMESTAMP AS first, max(greatest(opened_on, resolved_on))::TIMESTAMP AS last FROM main."case"
    )
  )
  CROSS JOIN (VALUES
    ($opens::INTEGER, coalesce($break_from::INTEGER, $closes::INTEGER)),
    (coalesce($break_to::INTEGER, $closes::INTEGER), $closes::INTEGER)
  ) AS half(opens, closes)
  WHERE $opens IS NOT NULL AND (list_contains($worked_days::DATE[], day::DATE)
    OR NOT list_contains($weekend::INTEGER[], isodow(day)) AND NOT list_contains($closed_days::DATE[], day::DATE))
),
solved AS (
  SELECT date_diff('microsecond', c.opened_at, c.resolved_at) / 3600e6 AS hours,
    CASE WHEN $opens IS NOT NULL THEN coalesce((
        SELECT sum(date_diff('microsecond', greatest(opens_at, c.opened_at), least(closes_at, c.resolved_at)))
        FROM stretch WHERE opens_at < c.resolved_at AND closes_at > c.opened_at
      ), 0) / 3600e6 END AS business_hours
  FROM main."case" AS c
  WHERE c.resolved_on >= $start AND c.resolved_on < $end
    AND (c.customer_id IS NULL OR c.customer_id IN (SELECT customer_id FROM person))
),
ranked AS (
  SELECT hours, row_number() OVER (ORDER BY hours NULLS LAST) - 1 AS place, count(*) OVER () AS n,
    business_hours, row_number() OVER (ORDER BY business_hours NULLS LAST) - 1 AS business_place
  FROM solved
)
SELECT
  (max(hours) FILTER (place = (n - 1) // 2) + max(hours) FILTER (place = n // 2)) / 2 AS "median",
  avg(hours) AS "mean",
  CASE WHEN max(n) > 0 THEN
    max(hours) FILTER (place = (n - 1) * 9 // 10)
    + max(((n - 1) * 9 % 10) / 10.0)
      * (max(hours) FILTER (place = ((n - 1) * 9 + 10 - 1) // 10) - max(hours) FILTER (place = (n - 1) * 9 // 10))
  END AS "p90",
  (max(business_hours) FILTER (business_place = (n - 1) // 2)
    + max(business_hours) FILTER (business_place = n // 2)) / 2 AS "business_median",
  avg(business_hours) AS "business_mean",
  CASE WHEN max(n) > 0 THEN
    max(business_hours) FILTER (business_place = (n - 1) * 9 // 10)
    + max(((n - 1) * 9 % 10) / 10.0)
      * (max(business_hours) FILTER (business_place = ((n - 1) * 9 + 10 - 1) // 10)
        - max(business_hours) FILTER (business_place = (n - 1) * 9 // 10))
  END AS "business_p90"
FROM ranked
