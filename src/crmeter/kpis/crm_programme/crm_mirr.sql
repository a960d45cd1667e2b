-- Modified rate of return of the CRM: (what benefits before $end grow to by the day of the last flow ÷ what costs are
-- worth on the day of the first)^(1 ÷ years between) − 1, both at $discount_rate a year.
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
flow AS (
  SELECT "on", amount, place - (SELECT min(place) FROM placed) AS years FROM placed
),
ends AS (
  SELECT max(years) AS years,
    sum(amount * pow(1 + $discount_rate, (SELECT max(years) FROM flow) - years)) FILTER (amount > 0) AS grown,
    -sum(amount * pow(1 + $discount_rate, -years)) FILTER (amount < 0) AS paid
  FROM flow
)
SELECT CASE WHEN years > 0 AND grown > 0 AND paid > 0 THEN pow(grown / paid, 1 / years) - 1 END AS "value" FROM ends
