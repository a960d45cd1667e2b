-- One row per action of a user. Which of them count as real use, meaningful_actions in crmeter.toml says.
SELECT
    "紀錄編號" AS usage_id,
    "員工編號" AS user_id,
    "時間" AS at,
    CASE "動作"
        WHEN '登入' THEN 'login'
        WHEN '檢視' THEN 'view'
        WHEN '新增' THEN 'create'
        WHEN '更新' THEN 'update'
        WHEN '結案' THEN 'close'
        WHEN '查詢' THEN 'search'
        WHEN '匯出' THEN 'export'
        ELSE "動作"
    END AS action,
    "功能" AS feature,
    "物件" AS object_kind
FROM usage_log
