-- Leads by campaign: the leads created in [$start, $end) that name a campaign. 0 in a period without any.
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
came AS (
  SELECT created_on FROM main.lead
  WHERE campaign_id IS NOT NULL AND (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
)
SELECT CASE WHEN min(created_on) < $end AND max(created_on) >= $start
  THEN count(*) FILTER (created_on >= $start AND created_on < $end) END AS "value"
FROM came
