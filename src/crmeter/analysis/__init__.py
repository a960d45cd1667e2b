"""Estimates and explanations: what lies behind the facts, always with how much is known of it."""
