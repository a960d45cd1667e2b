"""The opening page of an audience."""
