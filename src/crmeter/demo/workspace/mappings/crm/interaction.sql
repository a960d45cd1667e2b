-- One row per contact with a customer, noted since 2024.
SELECT
    "紀錄編號" AS interaction_id,
    "客戶編號" AS customer_id,
    "案件編號" AS case_id,
    "商機編號" AS opportunity_id,
    "人員" AS user_id,
    "時間" AS at,
    CASE "方式"
        WHEN '電話' THEN 'call'
        WHEN '訊息' THEN 'chat'
        WHEN '郵件' THEN 'email'
        WHEN '拜訪' THEN 'visit'
        WHEN '會議' THEN 'meeting'
        ELSE "方式"
    END AS kind,
    CASE "方向" WHEN '來電' THEN 'inbound' WHEN '撥出' THEN 'outbound' ELSE "方向" END AS direction,
    "分鐘" AS minutes
FROM interactions
