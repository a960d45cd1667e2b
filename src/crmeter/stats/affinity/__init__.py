"""What goes with what: items chosen by the same person, or one after the other, beside what chance alone would give."""
