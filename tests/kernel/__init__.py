"""Periods, the calendar, errors and messages."""
