"""The panel of eight KPIs with data frames, from Parquet: run in an environment of their own."""
