-- First contact resolution: resolved with exactly one interaction and never reopened / resolved, of the cases resolved
-- in [$start, $end). Cases of which nobody noted whether they were reopened are in neither part. Where interactions do
-- not reach into the period, nothing is known of it.
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
resolved AS (
  SELECT
    reopened_count = 0 AND (
      SELECT count(*) FROM main.interaction AS i WHERE i.case_id = c.case_id AND i."on" < $as_of
    ) = 1 AS at_once
  FROM main."case" AS c
  WHERE resolved_on >= $start AND resolved_on < $end AND reopened_count IS NOT NULL
    AND (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
),
known AS (
  SELECT coalesce(min("on") < $end AND max("on") >= $start, false) AS present FROM main.interaction
  WHERE customer_id IN (SELECT customer_id FROM person)
)
SELECT count(*) FILTER (at_once) / nullif(count(*), 0)::DOUBLE AS "value" FROM resolved
WHERE (SELECT present FROM known)
