-- One row per lead.
SELECT
    "名單編號" AS lead_id,
    "建立時間" AS created_at,
    "來源通路" AS channel,
    "活動編號" AS campaign_id,
    "業務" AS owner_id,
    "合格時間" AS qualified_at,
    "轉換時間" AS converted_at,
    "客戶編號" AS customer_id,
    "未成交原因" AS lost_reason
FROM leads
