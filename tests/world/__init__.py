"""The designed company: every row is there to catch a way in which a number could be silently wrong."""
