-- One row per sale, refund or subscription invoice. An invoice names its contract, so it is revenue but no purchase.
SELECT
    "訂單編號" AS order_id,
    "客戶編號" AS customer_id,
    "訂購時間" AS ordered_at,
    "未稅金額" AS amount,
    "成本" AS cost,
    "幣別" AS currency,
    CASE "單據類別"
        WHEN '銷貨' THEN 'sale'
        WHEN '訂閱扣款' THEN 'sale'
        WHEN '退貨' THEN 'refund'
        ELSE "單據類別"
    END AS kind,
    "合約編號" AS subscription_id,
    "品名" AS product,
    "產品線" AS product_line,
    "下單管道" AS channel,
    "活動編號" AS campaign_id
FROM orders
