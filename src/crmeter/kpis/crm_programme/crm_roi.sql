-- Return on the CRM: benefits less costs, and benefits, each ÷ costs, of everything before $end. Benefits that nobody
-- measured are left out. Undefined without a cost.
WITH
quoted AS (  -- rates into the workspace currency, those given the other way round turned; its own is 1
  SELECT from_currency AS currency, "on", rate, 1 AS preference FROM main.fx_rate
  WHERE to_currency = $currency AND from_currency <> $currency AND rate > 0
  UNION ALL
  SELECT to_currency, "on", 1 / rate, 2 FROM main.fx_rate
  WHERE from_currency = $currency AND to_currency <> $currency AND rate > 0
),
entry AS (  -- what counts so far, at the rate of its day; a benefit that nobody measured does not
  SELECT i."on", i.side, round(i.amount * CASE WHEN i.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = i.currency AND q."on" <= i."on" AND q."on" >= i."on" - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END, 4) AS amount
  FROM main.investment AS i
  WHERE i."on" < $end AND (i.side = 'cost' OR i.evidence <> 'not_measured')
),
total AS (
  SELECT coalesce(sum(amount) FILTER (side = 'cost'), 0)::DOUBLE AS cost,
    coalesce(sum(amount) FILTER (side = 'benefit'), 0)::DOUBLE AS benefit
  FROM entry
)
SELECT CASE WHEN cost > 0 THEN (benefit - cost) / cost END AS "net",
  CASE WHEN cost > 0 THEN benefit / cost END AS "gross"
FROM total
