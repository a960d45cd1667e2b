"""What people made: evaluations, kept in a database of their own beside the warehouse."""
