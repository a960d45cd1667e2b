-- Campaign conversion: of the people whom campaigns first reached in [$start, $end), those who converted
-- before $end. Whoever is reached by two campaigns counts in each. What was sent counts as having reached somebody only
-- in a campaign that never says what was delivered; the control group was not reached.
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
reached AS (
  SELECT campaign_id, who, min("on") AS first_on FROM contact WHERE who IS NOT NULL GROUP BY ALL
),
counted AS (
  SELECT first_on, EXISTS (
      FROM told AS t
      WHERE t.campaign_id = r.campaign_id AND t.who = r.who AND t.kind = 'converted' AND t."on" < $end
    ) AS did
  FROM reached AS r WHERE first_on >= $start AND first_on < $end
)
SELECT CASE WHEN (SELECT min("on") < $end AND greatest(
      (SELECT max(first_on) FROM reached), (SELECT max("on") FROM contact WHERE who IS NULL)
    ) >= $start FROM contact)
  THEN count(*) FILTER (did) / nullif(count(*), 0)::DOUBLE END AS "value"
FROM counted
