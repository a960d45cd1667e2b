"""Every KPI with its comparisons, by family."""
