-- Lead conversion of the leads created in [$start, $end): converted by the end of the period; and matured:
-- converted within 90 days, counting only leads that are at least 90 days old at $as_of. In business dates the 90
-- days are the day of creation and the 89 after it, so that all days of every lead counted are over.
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
prospect AS (
  SELECT l.created_on, l.converted_on FROM main.lead AS l
  WHERE l.created_on >= $start AND l.created_on < $end
    AND (l.customer_id IS NULL OR l.customer_id IN (SELECT customer_id FROM person))
)
SELECT
  count(*) FILTER (converted_on < $end) / nullif(count(*), 0)::DOUBLE AS "by_end",
  count(*) FILTER (converted_on < created_on + 90 AND created_on + 90 <= $as_of)
    / nullif(count(*) FILTER (created_on + 90 <= $as_of), 0)::DOUBLE AS "matured"
FROM prospect
