"""Who leaves, when, and what goes with it: survival of customers, reasons, and a chance to leave for each.

All of it is told of a day, ``as_of``: only rows of before that day are read (:mod:`known`).
"""
