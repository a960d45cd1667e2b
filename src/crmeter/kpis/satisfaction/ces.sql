-- Customer effort score, answers given in [$start, $end): the mean score, undefined over several scales.
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
answer AS (  -- an invitation without an answer has no score; an answer without a day counts on that of its invitation
  SELECT r.score, r.scale_min, r.scale_max FROM main.survey_response AS r
  WHERE r.instrument = 'ces' AND r.score IS NOT NULL
    AND coalesce(r.responded_on, r.invited_on) >= $start AND coalesce(r.responded_on, r.invited_on) < $end
    AND (r.customer_id IS NULL OR r.customer_id IN (SELECT customer_id FROM person))
)
SELECT CASE WHEN count(DISTINCT (scale_min, scale_max)) = 1 THEN avg(score) END AS "mean" FROM answer
