"""Evaluations: what moved beyond noise in a period, for better or worse, where, and sealed so that it stays said."""
