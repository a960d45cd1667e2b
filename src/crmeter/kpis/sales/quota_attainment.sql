-- Quota attainment: amount won in [$start, $end) / quota of its days. A quota is spread evenly over its days. A team's
-- counts only where no owner of the team has a quota that touches its days (an owner's team: that of the quota, else
-- that of the CRM user). Amounts won are at the rate of the closing day, quotas at that of their first day.
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
quoted AS (  -- rates into the workspace currency, those given the other way round turned; its own is 1
  SELECT from_currency AS currency, "on", rate, 1 AS preference FROM main.fx_rate
  WHERE to_currency = $currency AND from_currency <> $currency AND rate > 0
  UNION ALL
  SELECT to_currency, "on", 1 / rate, 2 FROM main.fx_rate
  WHERE from_currency = $currency AND to_currency <> $currency AND rate > 0
),
closed AS (
  SELECT round(amount * CASE WHEN o.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = o.currency AND q."on" <= o.closed_on AND q."on" >= o.closed_on - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END, 4) AS amount
  FROM main.opportunity AS o
  WHERE closed_on >= $start AND closed_on < $end AND outcome = 'won'
    AND (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(closed_on) < $end AND max(closed_on) >= $start, false) AS present
  FROM main.opportunity
  WHERE outcome IS NOT NULL AND (customer_id IS NULL OR customer_id IN (SELECT customer_id FROM person))
),
target AS (
  SELECT q.owner_id, q.period_start, q.period_end, q.amount, q.currency, coalesce(q.team, u.team) AS of_team
  FROM main.quota AS q LEFT JOIN main.crm_user AS u ON u.user_id = q.owner_id
),
counted AS (
  SELECT
    amount * CASE WHEN t.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = t.currency AND q."on" <= t.period_start AND q."on" >= t.period_start - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END
    * greatest(0, least(period_end, $end) - greatest(period_start, $start)) / (period_end - period_start) AS amount
  FROM target AS t
  WHERE period_end > period_start AND (owner_id IS NOT NULL OR NOT EXISTS (
    FROM target AS o
    WHERE o.owner_id IS NOT NULL AND o.of_team IS NOT DISTINCT FROM t.of_team
      AND o.period_start < t.period_end AND t.period_start < o.period_end
  ))
)
SELECT CASE WHEN (SELECT present FROM known) AND sum(amount) > 0
  THEN coalesce((SELECT sum(amount) FROM closed), 0) / sum(amount) END AS "value"
FROM counted
