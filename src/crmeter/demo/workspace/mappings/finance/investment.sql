-- One row per cost or benefit of the CRM, from the workbook that finance keeps.
SELECT
    "編號" AS entry_id,
    "日期" AS "on",
    CASE "收支" WHEN '成本' THEN 'cost' WHEN '效益' THEN 'benefit' ELSE "收支" END AS side,
    CASE "類別"
        WHEN '授權費' THEN 'licence'
        WHEN '導入' THEN 'implementation'
        WHEN '教育訓練' THEN 'training'
        WHEN '維護' THEN 'maintenance'
        WHEN '硬體' THEN 'hardware'
        WHEN '營收成長' THEN 'sales_growth'
        WHEN '降低流失' THEN 'churn_reduction'
        WHEN '效率提升' THEN 'efficiency'
        WHEN '活動成效' THEN 'campaign_effect'
        WHEN '滿意度' THEN 'satisfaction'
        WHEN '品牌聲譽' THEN 'brand_reputation'
        WHEN '競爭力' THEN 'competitiveness'
        ELSE "類別"
    END AS category,
    "金額" AS amount,
    "幣別" AS currency,
    CASE "依據"
        WHEN '實測' THEN 'measured'
        WHEN '模型推估' THEN 'modelled'
        WHEN '自述' THEN 'claimed'
        WHEN '未衡量' THEN 'not_measured'
        ELSE "依據"
    END AS evidence,
    "備註" AS note
FROM "crm_ledger_帳目"
