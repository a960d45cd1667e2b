-- One row per contract. The export names the last day that is still covered; ours is the first one that is not.
-- What is no date stays as it stands and is quarantined, so that no contract becomes endless by a slip.
SELECT
    "合約編號" AS subscription_id,
    "客戶編號" AS customer_id,
    "起日" AS started_at,
    coalesce(strftime(try_strptime("迄日", '%Y/%m/%d') + INTERVAL 1 DAY, '%Y/%m/%d'), "迄日") AS ended_at,
    "方案" AS plan,
    "月費" AS monthly_amount,
    'TWD' AS currency,
    "終止原因" AS end_reason
FROM subscriptions
