-- One row per campaign.
SELECT
    "活動編號" AS campaign_id,
    "活動名稱" AS name,
    "活動類型" AS kind,
    "通路" AS channel,
    "開始日" AS started_on,
    "結束日" AS ended_on,
    "目標客群" AS target_segment
FROM campaigns
