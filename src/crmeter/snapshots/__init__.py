"""Snapshots: values that were measured once, kept beside the warehouse for faces that show them again and again."""
