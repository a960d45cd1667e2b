-- One row per field of the CRM. A field without a day of last use was never filled.
SELECT
    "物件" AS object_kind,
    "欄位" AS field,
    "自訂" AS custom,
    "填寫率" AS filled_share,
    "最近使用日" AS used_on
FROM fields
