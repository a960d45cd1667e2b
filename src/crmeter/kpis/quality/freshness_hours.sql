-- Freshness, one row per source that had events before $end: hours from its newest event to the data horizon, as of the
-- first load that knew the whole period: of those whose data reach to $end, the ones with the nearest horizon, and of
-- these the newest. A source without any event has no value.
SELECT source AS "by source", date_diff('second', newest_at, horizon_at) / 3600.0::DOUBLE AS "value"
FROM main.arrival
WHERE $start < $end AND coalesce(first_on < $end, true) AND load = (
    SELECT load FROM meta.load WHERE as_of >= $end ORDER BY as_of, load DESC LIMIT 1
  )
