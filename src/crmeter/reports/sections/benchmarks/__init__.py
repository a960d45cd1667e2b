"""What others reach."""
