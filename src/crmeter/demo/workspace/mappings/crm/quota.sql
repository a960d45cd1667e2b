-- One row per seller and quarter. The export names the last day of the quarter; ours is the first one after it.
SELECT
    "業務" AS owner_id,
    "業務單位" AS team,
    "起日" AS period_start,
    coalesce(strftime(try_strptime("迄日", '%Y/%m/%d') + INTERVAL 1 DAY, '%Y/%m/%d'), "迄日") AS period_end,
    "業績目標" AS amount,
    'TWD' AS currency
FROM quotas
