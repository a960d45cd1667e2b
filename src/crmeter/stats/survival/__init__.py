"""How long things last when some are still going on: Kaplan and Meier's curve, the log-rank test, hazard ratios.

A duration is observed (it ended) or not (it is known only to have lasted so long). ``entry`` is the age at which
somebody came under observation (left truncation): who was there before the window counts from then on, and nobody is
counted for the time in which they could not have been seen to leave.
"""
