-- Completeness: checks of the rules of completeness passed ÷ checks, as of the first load that knew the whole period: of those
-- whose data reach to $end, the ones with the nearest horizon, and of these the newest.
SELECT sum(passed) / nullif(sum(checks), 0)::DOUBLE AS "value"
FROM main.rule_result
WHERE kind = 'completeness' AND $start < $end AND load = (
    SELECT load FROM meta.load WHERE as_of >= $end ORDER BY as_of, load DESC LIMIT 1
  )
