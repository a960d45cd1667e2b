-- One row per course that a role should take.
SELECT
    "職稱" AS role,
    "課程" AS course,
    CASE "級別" WHEN '基礎' THEN 'basic' WHEN '進階' THEN 'advanced' WHEN '最佳實務' THEN 'best_practice' ELSE "級別" END AS level,
    CASE "形式"
        WHEN '課程' THEN 'course'
        WHEN '解答提問' THEN 'question answered'
        WHEN '經驗分享' THEN 'experience shared'
        ELSE "形式"
    END AS kind
FROM courses
