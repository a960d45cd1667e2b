"""Delivery: when something is due, and how it reaches people outside: by mail, or into a chat."""
