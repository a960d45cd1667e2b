"""Forecasts of a series: models, their rolling-origin backtest, and intervals from its errors."""
