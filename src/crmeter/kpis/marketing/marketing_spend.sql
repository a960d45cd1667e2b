-- Marketing spend: everything spent in [$start, $end) on marketing and sales, in the workspace currency at the rates of
-- its days. 0 in a period in which nothing was spent.
WITH
quoted AS (  -- rates into the workspace currency, those given the other way round turned; its own is 1
  SELECT from_currency AS currency, "on", rate, 1 AS preference FROM main.fx_rate
  WHERE to_currency = $currency AND from_currency <> $currency AND rate > 0
  UNION ALL
  SELECT to_currency, "on", 1 / rate, 2 FROM main.fx_rate
  WHERE from_currency = $currency AND to_currency <> $currency AND rate > 0
),
bill AS (  -- spend at the rate of its day, the latest of the seven days before; NULL without one
  SELECT s.spent_on, s.campaign_id, round(s.amount * CASE WHEN s.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = s.currency AND q."on" <= s.spent_on AND q."on" >= s.spent_on - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END, 4) AS amount
  FROM main.spend AS s
),
known AS (  -- before the first row and after the last nothing is known: undefined, not 0
  SELECT coalesce(min(spent_on) < $end AND max(spent_on) >= $start, false) AS present FROM bill
)
SELECT CASE WHEN present THEN (
    SELECT coalesce(sum(amount), 0) FROM bill WHERE spent_on >= $start AND spent_on < $end
  ) END AS "value"
FROM known
