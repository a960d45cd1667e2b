-- One row per task.
SELECT
    "任務編號" AS task_id,
    "客戶編號" AS customer_id,
    "商機編號" AS opportunity_id,
    "案件編號" AS case_id,
    "負責人" AS owner_id,
    "建立時間" AS created_at,
    "期限" AS due_on,
    "完成時間" AS done_at,
    "自動建立" AS automated
FROM tasks
