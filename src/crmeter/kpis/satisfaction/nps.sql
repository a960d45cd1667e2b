-- Net promoter score, answers given in [$start, $end): share of 9 and 10 minus share of 0 to 6, in points.
WITH RECURSIVE
chain AS (  -- follow merges to the end: a merged customer counts as its survivor, through any number of merges
  SELECT customer_id, customer_id AS survivor FROM main.customer
  UNION
  SELECT chain.customer_id, c.merged_into
  FROM chain JOIN main.customer AS c ON c.customer_id = chain.survivor
  WHERE c.merged_into IS NOT NULL
),
person AS (  -- customer_id → survivor; deleted survivors are out (a duplicate removed by a merge is not "deleted")
  SELECT chain.customer_id, chain.survivor
  FROM chain LEFT JOIN main.customer AS s ON s.customer_id = chain.survivor
  WHERE s.merged_into IS NULL AND s.deleted_at IS NULL
),
answer AS (  -- invitations without an answer have no score; answers of deleted customers are out
  SELECT r.score, r.scale_min, r.scale_max FROM main.survey_response AS r
  WHERE r.instrument = 'nps' AND r.score IS NOT NULL
    AND r.responded_on >= $start AND r.responded_on < $end
    AND (r.customer_id IS NULL OR r.customer_id IN (SELECT customer_id FROM person))
)
SELECT 100 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / nullif(count(*), 0)::DOUBLE AS "value"
FROM answer
