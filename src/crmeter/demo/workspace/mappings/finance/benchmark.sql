-- One row per outside value to compare with. Those of the demo company are made up.
SELECT
    "指標" AS kpi,
    "產業" AS industry,
    "地區" AS region,
    "年度" AS year,
    "數值" AS value,
    "低標" AS low,
    "高標" AS high,
    "定義" AS definition,
    "來源" AS source
FROM benchmarks
