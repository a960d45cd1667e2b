-- Campaign return on investment: (margin of credited orders − spend on campaigns) ÷ spend on campaigns of [$start, $end).
-- A sale or refund is credited to the campaigns that reached its customer before it and at most 30 days earlier: to the
-- one of the last touch, of the first, or evenly. Margin: amount less cost, undefined with a sale of unknown cost; a
-- refund without a cost takes off its amount. Uplift: in campaigns with a control group, the orders from the first touch
-- to 30 days later of those first touched in the period, the control group scaled to as many people.
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
bill AS (  -- spend at the rate of its day, the latest of the seven days before; NULL without one
  SELECT s.spent_on, s.campaign_id, round(s.amount * CASE WHEN s.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = s.currency AND q."on" <= s.spent_on AND q."on" >= s.spent_on - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END, 4) AS amount
  FROM main.spend AS s
),
told AS (  -- who was touched: a customer, or a lead as long as it is none; NULL for nobody
  SELECT t.touch_id, t.campaign_id, t.kind, t."at", t."on", p.survivor AS customer_id,
    CASE WHEN coalesce(t.customer_id, l.customer_id) IS NULL THEN 'lead ' || t.lead_id
      ELSE 'customer ' || p.survivor END AS who,
    coalesce(lower(trim(t.arm)) = 'control', false) AS held_back
  FROM main.touch AS t
  LEFT JOIN main.lead AS l ON l.lead_id = t.lead_id
  LEFT JOIN person AS p ON p.customer_id = coalesce(t.customer_id, l.customer_id)
  WHERE t."on" < $as_of AND (coalesce(t.customer_id, l.customer_id) IS NULL OR p.survivor IS NOT NULL)
),
contact AS (  -- touches that reached somebody who is not of the control group of that campaign
  SELECT * FROM told AS t
  WHERE (t.kind IN ('delivered', 'opened', 'clicked', 'responded', 'converted') OR (
      t.kind = 'sent'
      AND NOT EXISTS (FROM told AS d WHERE d.campaign_id = t.campaign_id AND d.kind = 'delivered')
    ))
    AND NOT EXISTS (FROM told AS h WHERE h.campaign_id = t.campaign_id AND h.who = t.who AND h.held_back)
),
deal AS (  -- sales and refunds that are no invoices; without a rate they leave nothing
  SELECT o.order_id, p.survivor AS customer_id, o.ordered_at, o.ordered_on, o.kind = 'sale' AND o.cost IS NULL
      AND o.amount * r.rate <> 0 AS unknown, coalesce(
        round(o.amount * r.rate, 4) - coalesce(round(o.cost * r.rate, 4), 0), 0) AS margin
  FROM main."order" AS o JOIN person AS p ON p.customer_id = o.customer_id, LATERAL (
    SELECT CASE WHEN o.currency = $currency THEN 1 ELSE (
      SELECT q.rate FROM quoted AS q
      WHERE q.currency = o.currency AND q."on" <= o.ordered_on AND q."on" >= o.ordered_on - 7
      ORDER BY q."on" DESC, preference LIMIT 1
    ) END AS rate) AS r
  WHERE o.subscription_id IS NULL AND o.ordered_on < $as_of
),
met AS (  -- every touch that an order may follow from
  SELECT d.order_id, d.ordered_on, d.margin, d.unknown, c.campaign_id, c."at"
  FROM deal AS d JOIN contact AS c ON c.customer_id = d.customer_id
    AND c."at" <= d.ordered_at AND d.ordered_on - c."on" <= 30
),
credited AS (  -- one row per order: the campaign of its last and of its first touch, and all of them
  SELECT order_id, any_value(ordered_on) AS ordered_on, any_value(margin) AS margin, any_value(unknown) AS unknown,
    (list(campaign_id ORDER BY "at" DESC, campaign_id))[1] AS last, (list(campaign_id ORDER BY "at", campaign_id))[1]
      AS first, list_distinct(list(campaign_id)) AS every
  FROM met GROUP BY order_id
),
shared AS (  -- by campaign
  SELECT campaign_id, sum(margin) FILTER (last = campaign_id) AS last, sum(margin) FILTER (first = campaign_id) AS first,
    sum(margin / len(every)::DOUBLE) AS even, bool_or(unknown) AS unknown
  FROM (SELECT *, unnest(every) AS campaign_id FROM credited WHERE ordered_on >= $start AND ordered_on < $end)
  GROUP BY campaign_id
),
brought AS (
  SELECT coalesce(sum(last), 0) AS last, coalesce(sum(first), 0) AS first, coalesce(sum(even), 0) AS even,
    coalesce(bool_or(unknown), false) AS unknown
  FROM shared
),
arm AS (  -- people of campaigns with a control group, from their first touch
  SELECT campaign_id, who, any_value(customer_id) AS customer_id, min("on") AS since, bool_or(held_back) AS held_back
  FROM told
  WHERE kind <> 'unsubscribed' AND who IS NOT NULL
    AND campaign_id IN (SELECT campaign_id FROM told WHERE held_back AND kind <> 'unsubscribed' AND who IS NOT NULL)
  GROUP BY campaign_id, who
),
scale AS (
  SELECT campaign_id, count(*) FILTER (NOT held_back) / (count(*) FILTER (held_back))::DOUBLE AS by_person
  FROM arm GROUP BY campaign_id
),
met_in_period AS (SELECT * FROM arm WHERE since >= $start AND since < $end),
trial AS (
  SELECT coalesce(sum(CASE WHEN a.held_back THEN -s.by_person ELSE 1 END * d.margin), 0) AS gained,
    coalesce(bool_or(d.unknown), false) AS unknown
  FROM met_in_period AS a JOIN scale AS s USING (campaign_id)
  JOIN deal AS d ON d.customer_id = a.customer_id
    AND d.ordered_on BETWEEN a.since AND a.since + 30 AND d.ordered_on < $end
),
cost AS (
  SELECT coalesce(sum(amount), 0) AS spent,
    coalesce(sum(amount) FILTER (campaign_id IN (SELECT campaign_id FROM scale)), 0) AS spent_on_trials
  FROM bill WHERE campaign_id IS NOT NULL AND spent_on >= $start AND spent_on < $end
),
known AS (  -- before the first row and after the last nothing is known: undefined, not −100%
  SELECT coalesce((SELECT min("on") < $end FROM main.touch), false) AND EXISTS (FROM main."order")
      AND coalesce(min(spent_on) < $end AND max(spent_on) >= $start, false) AS present,
    coalesce((SELECT min(since) < $end AND max(since) >= $start FROM arm), false) AS tried,
    (SELECT count(*) FILTER (held_back) > 0 AND count(*) FILTER (NOT held_back) > 0 FROM met_in_period) AS both_arms
  FROM bill WHERE campaign_id IS NOT NULL
)
SELECT
  CASE WHEN present AND NOT brought.unknown THEN brought.last / nullif(spent, 0)::DOUBLE - 1 END AS "last",
  CASE WHEN present AND NOT brought.unknown THEN brought.first / nullif(spent, 0)::DOUBLE - 1 END AS "first",
  CASE WHEN present AND NOT brought.unknown THEN brought.even / nullif(spent, 0)::DOUBLE - 1 END AS "even",
  CASE WHEN present AND tried AND both_arms AND NOT trial.unknown
    THEN gained / nullif(spent_on_trials, 0)::DOUBLE - 1 END AS "uplift"
FROM brought, trial, cost, known
