-- Parts of which one query per KPI and dimension is put together: each gives months m and members v of a dimension. What
-- a part has and a query does not ask for is never computed. {dim} is an attribute of the customer, or NULL for the
-- total. A part ends at a line that ends with a semicolon; its name stands in its first line.
-- person: the number and member of the customer that every id counts as; deleted ones are absent
SELECT customer_id, rowid AS i, coalesce({dim}, '') AS v FROM main.customer
WHERE customer_id NOT IN (SELECT customer_id FROM derived.customer_alias)
UNION ALL
SELECT a.customer_id, c.rowid, coalesce({dim}, '') FROM derived.customer_alias a
JOIN main.customer c ON c.customer_id = a.survivor_id;
-- grid: what is to be filled
SELECT m::UTINYINT AS m, v, (DATE '2020-07-01' + to_months((m + 1)::INTEGER))::DATE - DATE '2020-07-01' AS e
FROM range(60) r(m), (SELECT DISTINCT coalesce({dim}, '') AS v FROM main.customer UNION SELECT '') members;
-- sold: sums of orders
SELECT mi(ordered_on) AS m, v, sum(amount) FILTER (currency = 'TWD') AS revenue,
  count(*) FILTER (kind = 'sale' AND subscription_id IS NULL) AS purchases,
  count(amount) FILTER (kind = 'sale' AND subscription_id IS NULL AND currency = 'TWD') AS sales,
  sum(amount) FILTER (kind = 'sale' AND subscription_id IS NULL AND currency = 'TWD') AS sale_amount,
  -sum(amount) FILTER (kind <> 'sale' AND subscription_id IS NULL AND currency = 'TWD') AS refunded,
  sum(amount) FILTER (kind = 'sale' AND subscription_id IS NULL AND currency = 'TWD' AND cost IS NOT NULL) AS costed,
  sum(cost) FILTER (kind = 'sale' AND subscription_id IS NULL AND currency = 'TWD') AS cost
FROM main."order" JOIN person USING (customer_id) GROUP BY 1, 2;
-- buyers: customers with purchases, and with several
SELECT m, v, count(*) AS buyers, count(*) FILTER (again) AS repeat_buyers FROM (
  SELECT mi(ordered_on) AS m, v, i, count(*) > 1 AS again FROM main."order" JOIN person USING (customer_id)
  WHERE kind = 'sale' AND subscription_id IS NULL GROUP BY 1, 2, 3) GROUP BY 1, 2;
-- active: customers with purchases, or with a contract that runs at the end of the month
SELECT m, v, count(*) AS active FROM (
  SELECT mi(ordered_on) AS m, v, i FROM main."order" JOIN person USING (customer_id)
  WHERE kind = 'sale' AND subscription_id IS NULL
  UNION
  SELECT unnest(range(mi(started_on)::INTEGER, coalesce(mi(ended_on)::INTEGER, 60)))::UTINYINT, v, i
  FROM main.subscription JOIN person USING (customer_id)) GROUP BY 1, 2;
-- starts: spells that begin
SELECT mi(started_on) AS m, v, count(*) AS started, sum(started_on - DATE '2020-07-01') AS start_days,
  count(*) FILTER (number = 1) AS new FROM derived.spell JOIN person USING (customer_id) GROUP BY 1, 2;
-- ends: spells that end
SELECT mi(ended_on) AS m, v, count(*) AS ended, sum(ended_on - DATE '2020-07-01') AS end_days
FROM derived.spell JOIN person USING (customer_id) WHERE ended_on IS NOT NULL GROUP BY 1, 2;
-- entering: customers who begin in the month and were none at its start
SELECT mi(s.started_on) AS m, v, count(*) AS entering FROM derived.spell s JOIN person USING (customer_id)
LEFT JOIN derived.spell p ON p.customer_id = s.customer_id AND p.number + 1 = s.number
WHERE p.ended_on IS NULL OR mi(p.ended_on) < mi(s.started_on) GROUP BY 1, 2;
-- leaving: customers whose last spell of the month ended and who did not begin again in it
SELECT e.m, v, count(*) AS gone, count(*) FILTER (first_m < e.m) AS lost FROM (
  SELECT customer_id, mi(ended_on) AS m, min(mi(started_on)) AS first_m, max(number) AS number FROM derived.spell
  WHERE ended_on IS NOT NULL GROUP BY 1, 2) e JOIN person USING (customer_id)
LEFT JOIN derived.spell n ON n.customer_id = e.customer_id AND n.number = e.number + 1
WHERE n.started_on IS NULL OR mi(n.started_on) > e.m GROUP BY 1, 2;
-- lasting: changes in the customers of 365 days before, and in those of them who are still customers
SELECT m, v, sum(a) AS at_year_start, sum(k) AS kept_year FROM (
  SELECT mi(started_on + 365) AS m, v, 1 AS a, 0 AS k FROM derived.spell JOIN person USING (customer_id)
  UNION ALL
  SELECT mi(ended_on + 365), v, -1, 0 FROM derived.spell JOIN person USING (customer_id) WHERE ended_on IS NOT NULL
  UNION ALL
  SELECT unnest([since, until]), v, 0, unnest([1, -1]) FROM (
    SELECT v, greatest(mi(j.started_on + 365), mi(k.started_on)) AS since,
      least(coalesce(mi(j.ended_on + 365), 200), coalesce(mi(k.ended_on), 200)) AS until
    FROM derived.spell j JOIN derived.spell k ON k.customer_id = j.customer_id AND k.number >= j.number
    JOIN person ON person.customer_id = j.customer_id) WHERE since < until)
WHERE m < 60 GROUP BY 1, 2;
-- spent: marketing
SELECT mi(spent_on) AS m, '' AS v, sum(amount) AS spent FROM main.spend WHERE currency = 'TWD' GROUP BY 1;
-- opened: cases and complaints
SELECT mi(opened_on) AS m, coalesce(v, '') AS v, count(*) FILTER (kind = 'complaint') AS complaints
FROM main."case" LEFT JOIN person USING (customer_id) WHERE customer_id IS NULL OR v IS NOT NULL GROUP BY 1, 2;
-- complaining: customers who complain
SELECT m, v, count(*) AS complaining FROM (
  SELECT DISTINCT mi(opened_on) AS m, v, i FROM main."case" JOIN person USING (customer_id) WHERE kind = 'complaint') c
WHERE EXISTS (FROM derived.spell s JOIN person p USING (customer_id)
  WHERE p.i = c.i AND mi(s.started_on) <= c.m AND (s.ended_on IS NULL OR mi(s.ended_on) >= c.m)) GROUP BY 1, 2;
-- response: hours to the first answer; cases without one wait for ever
SELECT m, v, CASE WHEN isfinite(q50) THEN q50 END AS q50, CASE WHEN isfinite(q90) THEN q90 END AS q90, mean FROM (
  SELECT m, v, quantile_cont(coalesce(h, 'infinity'::DOUBLE), .5) AS q50,
    quantile_cont(coalesce(h, 'infinity'::DOUBLE), .9) AS q90, avg(h) AS mean FROM (
    SELECT mi(opened_on) AS m, coalesce(v, '') AS v, CASE WHEN coalesce(first_response_by, 'human') = 'human'
      THEN (epoch(first_response_at) - epoch(opened_at)) / 3600 END AS h
    FROM main."case" LEFT JOIN person USING (customer_id) WHERE customer_id IS NULL OR v IS NOT NULL) GROUP BY 1, 2);
-- resolution: hours until a case is resolved, and minutes of work
SELECT mi(resolved_on) AS m, coalesce(v, '') AS v, quantile_cont(epoch(resolved_at) - epoch(opened_at), .5) / 3600 AS q50,
  quantile_cont(epoch(resolved_at) - epoch(opened_at), .9) / 3600 AS q90,
  avg(epoch(resolved_at) - epoch(opened_at)) / 3600 AS mean, avg(handle_minutes) AS handle
FROM main."case" LEFT JOIN person USING (customer_id)
WHERE resolved_on IS NOT NULL AND (customer_id IS NULL OR v IS NOT NULL) GROUP BY 1, 2;
-- answers: scores
SELECT mi(responded_on) AS m, coalesce(v, '') AS v, count(*) FILTER (instrument = 'csat') AS csat_n,
  sum(score) FILTER (instrument = 'csat') AS csat_sum,
  min(scale_min) FILTER (instrument = 'csat') = max(scale_min) FILTER (instrument = 'csat')
    AND min(scale_max) FILTER (instrument = 'csat') = max(scale_max) FILTER (instrument = 'csat') AS one_scale,
  count(*) FILTER (instrument = 'csat' AND scale_max - scale_min >= 4) AS wide,
  count(*) FILTER (instrument = 'csat' AND scale_max - scale_min >= 4 AND score >= scale_max - 1) AS top,
  count(*) FILTER (instrument = 'nps') AS nps_n, count(*) FILTER (instrument = 'nps' AND score >= 9) AS promoters,
  count(*) FILTER (instrument = 'nps' AND score <= 6) AS detractors
FROM main.survey_response LEFT JOIN person USING (customer_id)
WHERE score IS NOT NULL AND responded_on IS NOT NULL AND (customer_id IS NULL OR v IS NOT NULL) GROUP BY 1, 2;
-- closed: deals that were decided
SELECT mi(closed_on) AS m, coalesce(v, '') AS v, count(*) AS closed, count(*) FILTER (outcome = 'won') AS won,
  sum(amount) FILTER (outcome = 'won' AND currency = 'TWD') AS amount,
  count(amount) FILTER (outcome = 'won' AND currency = 'TWD') AS priced
FROM main.opportunity LEFT JOIN person USING (customer_id)
WHERE closed_on IS NOT NULL AND outcome IN ('won', 'lost') AND (customer_id IS NULL OR v IS NOT NULL) GROUP BY 1, 2;
-- cycle: days from the first contact to a deal won
SELECT mi(closed_on) AS m, coalesce(v, '') AS v,
  quantile_cont(epoch(closed_at) - epoch(coalesce(first_contact_at, l.created_at, o.created_at)), .5) / 86400 AS q50,
  avg(epoch(closed_at) - epoch(coalesce(first_contact_at, l.created_at, o.created_at))) / 86400 AS mean
FROM main.opportunity o LEFT JOIN main.lead l USING (lead_id) LEFT JOIN person p ON p.customer_id = o.customer_id
WHERE closed_on IS NOT NULL AND outcome = 'won' AND (o.customer_id IS NULL OR v IS NOT NULL) GROUP BY 1, 2;
-- leads: those that came in the month
SELECT mi(created_on) AS m, coalesce(v, '') AS v, count(*) AS leads,
  count(*) FILTER (mi(converted_on) <= mi(created_on)) AS by_end,
  count(*) FILTER (created_on + 90 <= DATE '2025-07-01') AS mature,
  count(*) FILTER (created_on + 90 <= DATE '2025-07-01' AND converted_on < created_on + 90) AS matured
FROM main.lead LEFT JOIN person USING (customer_id) WHERE customer_id IS NULL OR v IS NOT NULL GROUP BY 1, 2;
