"""Improvement: plans that are sealed before they start, watched while they run, and held to what came of them."""
