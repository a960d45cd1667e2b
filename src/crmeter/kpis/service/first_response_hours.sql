-- Hours from opening to the first answer by a person, cases opened in [$start, $end). A bot's answer is none; an
-- answer of unknown author counts as a person's. For median and p90 (type 7) a case without an answer lasts longer
-- than all others, so they are undefined where they fall on one. The mean is over the cases that have one.
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
waited AS (
  SELECT CASE WHEN coalesce(c.first_response_by, 'human') = 'human' AND c.first_response_on < $as_of
      THEN date_diff('microsecond', c.opened_at, c.first_response_at) / 3600e6 END AS hours
  FROM main."case" AS c
  WHERE c.opened_on >= $start AND c.opened_on < $end
    AND (c.customer_id IS NULL OR c.customer_id IN (SELECT customer_id FROM person))
),
ranked AS (
  SELECT hours, row_number() OVER (ORDER BY hours NULLS LAST) - 1 AS place, count(*) OVER () AS n FROM waited
)
SELECT
  (max(hours) FILTER (place = (n - 1) // 2) + max(hours) FILTER (place = n // 2)) / 2 AS "median",
  CASE WHEN max(n) > 0 THEN
    max(hours) FILTER (place = (n - 1) * 9 // 10)
    + max(((n - 1) * 9 % 10) / 10.0)
      * (max(hours) FILTER (place = ((n - 1) * 9 + 10 - 1) // 10) - max(hours) FILTER (place = (n - 1) * 9 // 10))
  END AS "p90",
  avg(hours) AS "mean"
FROM ranked
