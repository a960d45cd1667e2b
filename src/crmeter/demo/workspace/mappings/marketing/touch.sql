-- One row per step of a message. Who is in the control group was drawn and got nothing, although the export says 寄送.
SELECT
    "紀錄編號" AS touch_id,
    "活動編號" AS campaign_id,
    "客戶編號" AS customer_id,
    "名單編號" AS lead_id,
    "時間" AS at,
    CASE "事件"
        WHEN '寄送' THEN 'sent'
        WHEN '送達' THEN 'delivered'
        WHEN '開信' THEN 'opened'
        WHEN '點擊' THEN 'clicked'
        WHEN '回應' THEN 'responded'
        WHEN '成交' THEN 'converted'
        WHEN '退訂' THEN 'unsubscribed'
        ELSE "事件"
    END AS kind,
    CASE "組別" WHEN '對照組' THEN 'control' ELSE "組別" END AS arm,
    "成交金額" AS revenue,
    "幣別" AS currency
FROM touches
