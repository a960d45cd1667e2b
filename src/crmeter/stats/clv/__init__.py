"""Customer lifetime value: how many orders a customer still makes, whether they are still active, what an order is
worth. Exact maximum likelihood; what the data do not tell is named, never guessed.
"""
