-- One row per answer; without a score nobody answered. One file holds three surveys, on scales of their own. The other
-- has a column for each aspect of the satisfaction index: an answer of each, given together.
SELECT
    "回覆編號" AS response_id,
    "問卷" AS survey_id,
    NULL AS submission_id,
    CASE "問卷"
        WHEN '服務滿意度' THEN 'csat'
        WHEN '推薦意願' THEN 'nps'
        WHEN '服務費力度' THEN 'ces'
        ELSE "問卷"
    END AS instrument,
    NULL AS aspect,
    "分數" AS score,
    CASE "問卷" WHEN '推薦意願' THEN 0 ELSE 1 END AS scale_min,
    CASE "問卷" WHEN '推薦意願' THEN 10 WHEN '服務費力度' THEN 7 ELSE 5 END AS scale_max,
    "邀請時間" AS invited_at,
    "回覆時間" AS responded_at,
    "客戶編號" AS customer_id,
    "案件編號" AS case_id
FROM survey_answers
UNION ALL
SELECT
    "問卷編號" || '-1' AS response_id, '滿意度指數' AS survey_id, "問卷編號" AS submission_id, 'csi' AS instrument,
    '產品品質' AS aspect, "產品品質" AS score, 1 AS scale_min, 5 AS scale_max,
    "邀請時間" AS invited_at, "填答時間" AS responded_at, "客戶編號" AS customer_id, NULL AS case_id
FROM satisfaction_index
UNION ALL
SELECT
    "問卷編號" || '-2' AS response_id, '滿意度指數' AS survey_id, "問卷編號" AS submission_id, 'csi' AS instrument,
    '服務品質' AS aspect, "服務品質" AS score, 1 AS scale_min, 5 AS scale_max,
    "邀請時間" AS invited_at, "填答時間" AS responded_at, "客戶編號" AS customer_id, NULL AS case_id
FROM satisfaction_index
UNION ALL
SELECT
    "問卷編號" || '-3' AS response_id, '滿意度指數' AS survey_id, "問卷編號" AS submission_id, 'csi' AS instrument,
    '問題解決速度' AS aspect, "問題解決速度" AS score, 1 AS scale_min, 5 AS scale_max,
    "邀請時間" AS invited_at, "填答時間" AS responded_at, "客戶編號" AS customer_id, NULL AS case_id
FROM satisfaction_index
UNION ALL
SELECT
    "問卷編號" || '-4' AS response_id, '滿意度指數' AS survey_id, "問卷編號" AS submission_id, 'csi' AS instrument,
    '溝通' AS aspect, "溝通" AS score, 1 AS scale_min, 5 AS scale_max,
    "邀請時間" AS invited_at, "填答時間" AS responded_at, "客戶編號" AS customer_id, NULL AS case_id
FROM satisfaction_index
