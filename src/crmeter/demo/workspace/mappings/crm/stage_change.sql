-- One row per entry of an opportunity into a stage. The history begins in 2024.
SELECT
    "商機編號" AS opportunity_id,
    "階段" AS stage,
    "進入時間" AS entered_at
FROM stage_changes
