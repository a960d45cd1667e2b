-- One row per stage of the pipeline.
SELECT
    "銷售流程" AS pipeline,
    "階段" AS stage,
    "順序" AS position,
    CASE "性質" WHEN '進行中' THEN 'open' WHEN '成交' THEN 'won' WHEN '失單' THEN 'lost' ELSE "性質" END AS kind
FROM stages
