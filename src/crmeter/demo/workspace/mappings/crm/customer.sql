-- One row per customer record; a merged record counts as the one it was merged into.
SELECT
    "客戶編號" AS customer_id,
    "客戶名稱" AS name,
    "建立時間" AS created_at,
    "首次接觸" AS first_contact_at,
    CASE "客戶類型" WHEN '個人' THEN 'person' WHEN '公司' THEN 'company' ELSE "客戶類型" END AS kind,
    "會員等級" AS segment,
    "產業" AS industry,
    "地區" AS region,
    "來源通路" AS channel,
    "服務小組" AS team,
    "負責人" AS owner_id,
    "電子郵件" AS email,
    "手機" AS phone,
    "出生年" AS birth_year,
    "性別" AS gender,
    "同意行銷" AS consent_marketing,
    "刪除時間" AS deleted_at,
    "合併至" AS merged_into,
    -- not a column of ours: it becomes the dimension customer.onboarding
    CASE "首月狀況" WHEN '順利' THEN 'smooth' WHEN '不順' THEN 'trouble' ELSE "首月狀況" END AS onboarding
FROM customers
