"""What happened, on the first screen."""
