-- One row per text: what we gathered ourselves, and what an agency found outside, with stars where there are some.
SELECT
    "意見編號" AS feedback_id,
    "時間" AS at,
    CASE "發聲者" WHEN '客戶' THEN 'customer' WHEN '員工' THEN 'staff' WHEN '市場' THEN 'market' ELSE "發聲者" END AS voice,
    CASE "來源"
        WHEN 'App 內回饋' THEN 'in_app'
        WHEN '電話回訪' THEN 'call_back'
        WHEN '業務筆記' THEN 'sales_note'
        WHEN '同仁意見' THEN 'crm_user'
        ELSE "來源"
    END AS source,
    "客戶編號" AS customer_id,
    "員工編號" AS user_id,
    "內容" AS text,
    NULL AS sentiment,
    "主題" AS topic,
    CASE "處理狀態"
        WHEN '新進' THEN 'new' WHEN '已指派' THEN 'assigned' WHEN '已解決' THEN 'resolved' ELSE "處理狀態"
    END AS status,
    "負責人" AS owner_id,
    "解決時間" AS resolved_at
FROM feedback
UNION ALL
SELECT
    "意見編號" AS feedback_id,
    "時間" AS at,
    CASE "發聲者" WHEN '客戶' THEN 'customer' WHEN '市場' THEN 'market' ELSE "發聲者" END AS voice,
    CASE "來源" WHEN '網路評論' THEN 'review' WHEN '社群貼文' THEN 'social' ELSE "來源" END AS source,
    "客戶編號" AS customer_id,
    NULL AS user_id,
    "內容" AS text,
    CASE "星等" WHEN '5' THEN 1.0 WHEN '3' THEN 0.0 WHEN '1' THEN -1.0 END AS sentiment,
    NULL AS topic,
    CASE "處理狀態"
        WHEN '新進' THEN 'new' WHEN '已指派' THEN 'assigned' WHEN '已解決' THEN 'resolved' ELSE "處理狀態"
    END AS status,
    NULL AS owner_id,
    NULL AS resolved_at
FROM reviews
