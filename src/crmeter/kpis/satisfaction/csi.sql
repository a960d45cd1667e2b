-- Customer satisfaction index of those who answered in [$start, $end), all aspects counting alike: the mean over
-- respondents of the mean of their scores rescaled to 0 to 100. A respondent is a submission of a survey; without one,
-- what a customer answered to a survey on one day; without a customer, a single answer.
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
answer AS (
  SELECT
    100 * (r.score - r.scale_min) / (r.scale_max - r.scale_min) AS rescaled,
    coalesce(r.responded_on, r.invited_on) AS given_on,
    CASE
      WHEN r.submission_id IS NOT NULL THEN concat_ws('/', 'submission', r.survey_id, r.submission_id)
      WHEN p.survivor IS NOT NULL
        THEN concat_ws('/', 'customer', r.survey_id, p.survivor, coalesce(r.responded_on, r.invited_on)::VARCHAR)
      ELSE concat_ws('/', 'answer', r.response_id)
    END AS respondent
  FROM main.survey_response AS r LEFT JOIN person AS p ON p.customer_id = r.customer_id
  WHERE r.instrument = 'csi' AND r.scale_max > r.scale_min AND r.score IS NOT NULL
    AND coalesce(r.responded_on, r.invited_on) < $as_of
    AND (r.customer_id IS NULL OR p.survivor IS NOT NULL)
),
respondent AS (
  SELECT avg(rescaled) AS satisfied FROM answer GROUP BY respondent
  HAVING min(given_on) >= $start AND min(given_on) < $end
)
SELECT avg(satisfied) AS "value" FROM respondent
