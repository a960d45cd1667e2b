-- Payback of the CRM: months (twelfths of years by ACT/ACT) from the first flow to the day from which the sum so far is
-- never below zero again before $end; undefined while it is.
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
daily AS (
  SELECT "on", sum(CASE side WHEN 'cost' THEN -amount ELSE amount END)::DOUBLE AS amount
  FROM entry WHERE amount IS NOT NULL GROUP BY "on"
  HAVING sum(CASE side WHEN 'cost' THEN -amount ELSE amount END) <> 0
),
placed AS (  -- where a day lies on the line of years: ACT/ACT (ISDA) is the distance of two such places
  SELECT "on", amount,
    year("on") + (dayofyear("on") - 1) / dayofyear(make_date(year("on"), 12, 31))::DOUBLE AS place
  FROM daily
),
so_far AS (
  SELECT "on", place, amount, sum(amount) OVER (ORDER BY "on") AS balance FROM placed
),
covered AS (  -- the days from which on nothing is below zero
  SELECT min(place) AS place FROM so_far AS s
  WHERE NOT EXISTS (FROM so_far AS later WHERE later."on" >= s."on" AND later.balance < -1e-9)
)
SELECT CASE WHEN (SELECT count(*) FILTER (amount <> 0) FROM so_far) > 0
  THEN 12 * (covered.place - (SELECT min(place) FROM so_far)) END AS "value"
FROM covered
