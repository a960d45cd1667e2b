"""Needs and interests: what goes with what, what a customer is likely to buy next, and how often that comes true."""
