-- Stage conversion, one row per stage: of the opportunities that entered it in [$start, $end) and have since moved on
-- (until $as_of), those that moved forward or won. An opportunity counts once, with its last entry in the period;
-- written down twice in a row is entered once. What came next is the next other stage, or the decision if that came on
-- an earlier day. Forward is a later open stage of a pipeline that has both, or one that wins. Where no pipeline has
-- both stages, nobody knows: in neither part.
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
deal AS (
  SELECT e.opportunity_id, e.stage, e.entered_at, e.entered_on, o.outcome, o.closed_on,
    row_number() OVER (
      PARTITION BY e.opportunity_id
      ORDER BY e.entered_at, (SELECT max(position) FROM main.stage AS s WHERE s.stage = e.stage) NULLS LAST, e.stage
    ) AS step
  FROM main.stage_change AS e JOIN main.opportunity AS o ON o.opportunity_id = e.opportunity_id
  WHERE e.entered_on < $as_of AND (o.customer_id IS NULL OR o.customer_id IN (SELECT customer_id FROM person))
),
entered AS (  -- the last entry of each opportunity into each stage in the period
  SELECT * FROM deal AS d
  WHERE entered_on >= $start AND entered_on < $end
    AND NOT EXISTS (
      FROM deal AS b WHERE b.opportunity_id = d.opportunity_id AND b.step = d.step - 1 AND b.stage = d.stage
    )
    AND EXISTS (FROM main.stage AS s WHERE s.stage = d.stage AND s.kind = 'open')
  QUALIFY row_number() OVER (PARTITION BY opportunity_id, stage ORDER BY step DESC) = 1
),
followed AS (
  SELECT e.*, (
      SELECT min(n.step) FROM deal AS n
      WHERE n.opportunity_id = e.opportunity_id AND n.step > e.step AND n.stage <> e.stage
    ) AS next_step
  FROM entered AS e
),
fate AS (
  SELECT f.stage,
    CASE
      WHEN f.outcome IS NOT NULL AND (
        (f.closed_on IS NULL AND n.stage IS NULL)
        OR (f.closed_on < $as_of AND f.closed_on >= f.entered_on AND (n.stage IS NULL OR f.closed_on < n.entered_on))
      ) THEN f.outcome = 'won'
      WHEN n.stage IS NOT NULL THEN (
        SELECT bool_or(b.kind = 'won' OR (b.kind = 'open' AND b.position > a.position))
        FROM main.stage AS a JOIN main.stage AS b ON a.pipeline IS NOT DISTINCT FROM b.pipeline
        WHERE a.stage = f.stage AND b.stage = n.stage
      )
    END AS forward
  FROM followed AS f LEFT JOIN deal AS n ON n.opportunity_id = f.opportunity_id AND n.step = f.next_step
)
SELECT stage AS "by stage", count(*) FILTER (forward) / nullif(count(forward), 0)::DOUBLE AS "value"
FROM fate GROUP BY stage
