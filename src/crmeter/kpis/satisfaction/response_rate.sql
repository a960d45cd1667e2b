-- Response rate: answered invitations / invitations, of the invitations sent in [$start, $end). The questions of one
-- submission of a survey are one invitation, sent on the day of the first, answered where one of them is; every other
-- row is an invitation of its own. An answer may come until $as_of; what nobody was invited to is no invitation.
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
invitation AS (
  SELECT
    min(invited_on) AS sent_on,
    bool_or(score IS NOT NULL AND (responded_on IS NULL OR responded_on < $as_of)) AS answered
  FROM main.survey_response
  WHERE invited_on IS NOT NULL AND (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
  GROUP BY CASE WHEN submission_id IS NULL THEN response_id END, survey_id, submission_id
)
SELECT count(*) FILTER (answered) / nullif(count(*), 0)::DOUBLE AS "value" FROM invitation
WHERE sent_on >= $start AND sent_on < $end
