"""Statistics: numbers in, numbers out. What is undefined is None, never NaN."""
