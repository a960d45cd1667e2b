"""How the evaluation itself stands."""
