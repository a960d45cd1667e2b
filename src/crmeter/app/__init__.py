"""Use cases, and the one place where things are wired. The faces call these functions and nothing else."""
