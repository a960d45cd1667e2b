-- Internal rate of return of the CRM: the rate at which the benefits less costs before $end are worth nothing on the day
-- of the first, from −99.9% a year up. Undefined where there is none or more than one. Looked for on a fine grid of
-- x = ln(1 + rate), and halved between two points of unlike sign.
WITH RECURSIVE
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
grid AS (SELECT ln(0.001) + i * (ln(1e12) - ln(0.001)) / 20000 AS x FROM range(20001) AS steps(i)),
worth AS (
  SELECT x, sum(amount * exp(-x * years)) AS value FROM grid, flow GROUP BY x
),
turn AS (
  SELECT x AS low, lead(x) OVER (ORDER BY x) AS high, value, lead(value) OVER (ORDER BY x) AS following FROM worth
),
root AS (SELECT low, high, sign(value) AS before FROM turn WHERE value * following < 0),
halved AS (
  SELECT low, high, before, 0 AS step FROM root WHERE (SELECT count(*) FROM root) = 1
  UNION ALL
  SELECT CASE WHEN sign(value) = before THEN middle ELSE low END,
    CASE WHEN sign(value) = before THEN high ELSE middle END, before, step + 1
  FROM (
    SELECT h.low, h.high, h.before, h.step, (h.low + h.high) / 2 AS middle,
      (SELECT sum(amount * exp(-(h.low + h.high) / 2 * years)) FROM flow) AS value
    FROM halved AS h WHERE h.step < 60
  )
)
SELECT (SELECT exp((low + high) / 2) - 1 FROM halved ORDER BY step DESC LIMIT 1) AS "value"
