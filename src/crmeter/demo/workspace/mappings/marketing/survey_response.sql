-- One row per invitation; without a score nobody answered. One file holds both surveys, on scales of their own.
SELECT
    "回覆編號" AS response_id,
    "問卷" AS survey_id,
    CASE "問卷" WHEN '服務滿意度' THEN 'csat' WHEN '推薦意願' THEN 'nps' ELSE "問卷" END AS instrument,
    "分數" AS score,
    CASE "問卷" WHEN '推薦意願' THEN 0 ELSE 1 END AS scale_min,
    CASE "問卷" WHEN '推薦意願' THEN 10 ELSE 5 END AS scale_max,
    "邀請時間" AS invited_at,
    "回覆時間" AS responded_at,
    "客戶編號" AS customer_id,
    "案件編號" AS case_id
FROM survey_answers
