-- One row per currency and working day.
SELECT
    "日期" AS "on",
    "幣別" AS from_currency,
    "本位幣" AS to_currency,
    "匯率" AS rate
FROM rates
