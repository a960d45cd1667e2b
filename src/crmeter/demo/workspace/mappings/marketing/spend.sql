-- One row per bill of marketing or sales.
SELECT
    "單號" AS spend_id,
    "日期" AS spent_on,
    "金額" AS amount,
    'TWD' AS currency,
    CASE "部門" WHEN '行銷' THEN 'marketing' WHEN '業務' THEN 'sales' ELSE "部門" END AS function,
    CASE "費用類別"
        WHEN '廣告' THEN 'advertising'
        WHEN '促銷' THEN 'promotion'
        WHEN '薪資' THEN 'salary'
        WHEN '工具' THEN 'tool'
        WHEN '活動' THEN 'event'
        ELSE "費用類別"
    END AS category,
    "通路" AS channel,
    "活動編號" AS campaign_id
FROM spend
