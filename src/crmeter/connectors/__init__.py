"""Connectors: where raw rows come from. They do not know one another."""
