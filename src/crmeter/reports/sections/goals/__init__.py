"""Goals and plans."""
