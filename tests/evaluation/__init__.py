"""Evaluations: what is compared, what is found, and the seal."""
