"""What each KPI means and how to read the report."""
