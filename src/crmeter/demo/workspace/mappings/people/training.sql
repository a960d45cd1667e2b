-- One row per course that a user began; without a date it is not finished.
SELECT
    "員工編號" AS user_id,
    "課程" AS course,
    CASE "級別" WHEN '基礎' THEN 'basic' WHEN '進階' THEN 'advanced' WHEN '最佳實務' THEN 'best_practice' ELSE "級別" END AS level,
    "完成日期" AS completed_at,
    "成績" AS score
FROM training
