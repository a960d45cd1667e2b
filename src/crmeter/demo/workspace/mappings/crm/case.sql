-- One row per request for help. The export is packed: cases.csv in cases.zip.
SELECT
    "案件編號" AS case_id,
    "客戶編號" AS customer_id,
    "進件時間" AS opened_at,
    "首次回應時間" AS first_response_at,
    "結案時間" AS resolved_at,
    CASE "類別"
        WHEN '問題諮詢' THEN 'question'
        WHEN '客訴' THEN 'complaint'
        WHEN '系統異常' THEN 'incident'
        WHEN '其他' THEN 'other'
        ELSE "類別"
    END AS kind,
    "管道" AS channel,
    "優先等級" AS priority,
    "承辦人" AS agent_id,
    "處理分鐘" AS handle_minutes,
    "重啟次數" AS reopened_count,
    "產品線" AS product_line,
    CASE "首次回應者" WHEN '真人' THEN 'human' WHEN '機器人' THEN 'bot' ELSE "首次回應者" END AS first_response_by
FROM cases
