"""The tracking sheet: a workbook with a row for each KPI, to share, fill in and read back."""
