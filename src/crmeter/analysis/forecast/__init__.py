"""Forecasts of KPIs: their series, the days that play a part, and what is expected."""
