-- Training rate: of the users with a licence on a day of [$start, $end) whose role has courses, those who had taken all of
-- these before $end.
WITH
licensed AS (  -- users with a licence on a day of the period or more
  SELECT user_id, role FROM main.crm_user
  WHERE licensed_from < $end AND (licensed_to IS NULL OR licensed_to > $start)
    AND role IN (SELECT role FROM main.course WHERE kind = 'course')
),
trained AS (  -- nothing of the role's courses is missing
  SELECT user_id FROM licensed AS l
  WHERE NOT EXISTS (
    FROM main.course AS c
    WHERE c.role = l.role AND c.kind = 'course' AND NOT EXISTS (
      FROM main.training AS t WHERE t.user_id = l.user_id AND t.course = c.course AND t.completed_on < $end
    )
  )
)
SELECT CASE WHEN (SELECT min(completed_on) FROM main.training) < $end
  THEN (SELECT count(*) FROM trained) / nullif(count(*), 0)::DOUBLE END AS "value"
FROM licensed
