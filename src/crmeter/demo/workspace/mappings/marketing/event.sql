-- One row per thing that happened, to mark on charts.
SELECT
    "編號" AS event_id,
    "日期" AS at,
    CASE "種類"
        WHEN '行銷活動' THEN 'campaign'
        WHEN '系統升級' THEN 'system_upgrade'
        WHEN '價格調整' THEN 'price_change'
        WHEN '假日' THEN 'holiday'
        ELSE "種類"
    END AS kind,
    "說明" AS title
FROM events
