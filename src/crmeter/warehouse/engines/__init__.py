"""The databases that a warehouse can lie in. Each runs the same expressions, written in its own SQL."""
