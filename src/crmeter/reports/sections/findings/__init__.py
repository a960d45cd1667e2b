"""Weaknesses and strengths, with the segments they come from."""
