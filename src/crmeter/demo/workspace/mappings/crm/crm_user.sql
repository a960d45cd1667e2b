-- One row per licensed user of the CRM.
SELECT
    "員工編號" AS user_id,
    "姓名" AS name,
    "職稱" AS role,
    "部門" AS team,
    "授權起日" AS licensed_from,
    "授權迄日" AS licensed_to
FROM users
