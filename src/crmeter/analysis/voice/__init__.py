"""The voice of customers: who is not heard, and whether those who answer are like the others."""
