-- Adoption rate: of the users with a licence on a day of [$start, $end), those with a meaningful action in it.
WITH
licensed AS (  -- users with a licence on a day of the period or more
  SELECT user_id, role FROM main.crm_user
  WHERE licensed_from < $end AND (licensed_to IS NULL OR licensed_to > $start)
),
action AS (  -- coming and going is no work
  SELECT user_id, "on", feature FROM main.usage
  WHERE "on" < $as_of AND lower(trim(action)) NOT IN ('login', 'logout')
),
done AS (  -- what the licensed did in the period
  SELECT l.user_id, count(*) AS actions, count(DISTINCT a."on") AS days, count(DISTINCT a.feature) AS features
  FROM licensed AS l JOIN action AS a ON a.user_id = l.user_id AND a."on" >= $start AND a."on" < $end
  GROUP BY l.user_id
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min("on") < $end AND max("on") >= $start, false)
    AND coalesce((SELECT min(licensed_from) FROM main.crm_user) < $end, false) AS present
  FROM action
)
SELECT CASE WHEN present
  THEN (SELECT count(*) FROM done) / nullif((SELECT count(*) FROM licensed), 0)::DOUBLE END AS "value"
FROM known
