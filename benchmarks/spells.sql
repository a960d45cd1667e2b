-- Spells by hand: short numbers for customers, one row a customer and day with a purchase, one window over both kinds of
-- stretches to find where a new one begins. A sale covers 365 days after its own; contracts cover what they say.
CREATE TEMP TABLE person AS
WITH c AS (SELECT customer_id, (row_number() OVER ())::UINTEGER AS i FROM main.customer)
SELECT * FROM c WHERE customer_id NOT IN (SELECT customer_id FROM derived.customer_alias)
UNION ALL
SELECT a.customer_id, i FROM derived.customer_alias a JOIN c ON c.customer_id = a.survivor_id;
CREATE TEMP TABLE cover AS
SELECT DISTINCT i, ordered_on AS s, ordered_on + 366 AS e FROM main."order" JOIN person USING (customer_id)
WHERE kind = 'sale' AND subscription_id IS NULL AND ordered_on < DATE '2025-07-01'
UNION ALL
SELECT i, started_on, coalesce(ended_on, DATE '9999-12-31') FROM main.subscription JOIN person USING (customer_id)
WHERE started_on < DATE '2025-07-01' AND (ended_on IS NULL OR ended_on > started_on);
CREATE TEMP TABLE island AS
SELECT i, s, max(e) OVER before AS reach, max(e) OVER (PARTITION BY i) AS last FROM cover
WINDOW before AS (PARTITION BY i ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
QUALIFY reach IS NULL OR s > reach;
CREATE TEMP TABLE spells AS
WITH own AS (
  SELECT c.customer_id, p.i FROM person p JOIN main.customer c USING (customer_id)
  WHERE c.customer_id NOT IN (SELECT customer_id FROM derived.customer_alias)),
n AS (
  SELECT i, s AS started_on, coalesce(lead(reach) OVER w, last) AS until, row_number() OVER w AS number,
    count(*) OVER (PARTITION BY i) AS spells FROM island WINDOW w AS (PARTITION BY i ORDER BY s))
SELECT customer_id, started_on, CASE WHEN until < DATE '2025-07-01' THEN until END AS ended_on, number, spells
FROM n JOIN own USING (i);
