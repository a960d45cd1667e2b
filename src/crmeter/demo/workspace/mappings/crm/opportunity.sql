-- One row per opportunity. The export holds no currency: all amounts are in Taiwan dollars.
SELECT
    "商機編號" AS opportunity_id,
    "客戶編號" AS customer_id,
    "名單編號" AS lead_id,
    "業務" AS owner_id,
    "業務單位" AS team,
    "建立時間" AS created_at,
    "首次接觸" AS first_contact_at,
    "預計成交日" AS expected_close_on,
    "結案時間" AS closed_at,
    CASE "結果" WHEN '成交' THEN 'won' WHEN '失單' THEN 'lost' ELSE "結果" END AS outcome,
    "金額" AS amount,
    'TWD' AS currency,
    "階段" AS stage,
    "產品線" AS product_line,
    "銷售策略" AS strategy,
    "失單原因" AS lost_reason
FROM opportunities
